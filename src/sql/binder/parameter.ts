/** Parameters: `?` becomes the literal that its value would be in the text, as Druid's SqlParameterizerShuttle does. */
import type { Expr, Literal, Parameter } from '../ast.js';
import { validationError, type Span } from '../errors.js';
import type { BindParameter, Binding } from './binding.js';
import { parseTimestamp } from './timestamps.js';

type LiteralValue = Literal['value'];

const MILLISECONDS_A_DAY = 86_400_000;

/** Druid's type names (org.apache.calcite.avatica.SqlType) and the literals that they make. */
const makers: Readonly<Record<string, (value: unknown) => LiteralValue | undefined>> = {
  VARCHAR: textLiteral,
  CHAR: textLiteral,
  LONGVARCHAR: textLiteral,
  TINYINT: exactLiteral,
  SMALLINT: exactLiteral,
  INTEGER: exactLiteral,
  BIGINT: exactLiteral,
  DECIMAL: decimalLiteral,
  NUMERIC: decimalLiteral,
  FLOAT: approximateLiteral,
  REAL: approximateLiteral,
  DOUBLE: approximateLiteral,
  BOOLEAN: (value) => (typeof value === 'boolean' ? { type: 'boolean', value } : undefined),
  TIMESTAMP: timestampLiteral,
  DATE: dateLiteral,
  NULL: () => undefined,
};

function textLiteral(value: unknown): LiteralValue | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? { type: 'string', value: String(value) }
    : undefined;
}

/** The text of a number without exponent, as exact literals are written. */
function exactLiteral(value: unknown): LiteralValue | undefined {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  return typeof text === 'string' && /^[+-]?\d+$/.test(text) ? { type: 'decimal', text } : undefined;
}

function decimalLiteral(value: unknown): LiteralValue | undefined {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text) ? { type: 'decimal', text } : approximateLiteral(text);
}

function approximateLiteral(value: unknown): LiteralValue | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  return Number.isNaN(Number(value)) ? undefined : { type: 'double', text: String(value) };
}

/** Milliseconds, ISO 8601 or the SQL form: all of them wall time of the session's zone, as in a TIMESTAMP literal. */
function timestampLiteral(value: unknown): LiteralValue | undefined {
  const wall = typeof value === 'string' ? parseTimestamp(value, 'UTC') : value;
  if (typeof wall !== 'number' || Number.isNaN(new Date(wall).getTime())) return undefined;
  return { type: 'timestamp', value: new Date(wall).toISOString().replace('T', ' ').replace('Z', '') };
}

/** `yyyy-MM-dd`, or the number of days since 1970. */
function dateLiteral(value: unknown): LiteralValue | undefined {
  if (typeof value === 'string') return { type: 'date', value };
  if (typeof value !== 'number' || Number.isNaN(new Date(value * MILLISECONDS_A_DAY).getTime())) return undefined;
  return { type: 'date', value: new Date(value * MILLISECONDS_A_DAY).toISOString().slice(0, 10) };
}

/** The literal of a list's element, by its JSON value. */
function elementLiteral(value: unknown): LiteralValue | undefined {
  switch (typeof value) {
    case 'string':
      return { type: 'string', value };
    case 'boolean':
      return { type: 'boolean', value };
    case 'number':
    case 'bigint':
      return exactLiteral(value) ?? approximateLiteral(value);
    default:
      return value === null ? { type: 'null' } : undefined;
  }
}

function arrayNode(value: unknown, position: number, span: Span): Expr | undefined {
  if (!Array.isArray(value)) return undefined;
  const elements = (value as readonly unknown[]).map((element, index): Literal => {
    const made = elementLiteral(element);
    if (made) return { kind: 'literal', value: made, span };
    throw validationError(
      `parameter [${position}] is an array, with an illegal value of type [${typeof element}] at index [${index}]`,
      span,
    );
  });
  return { kind: 'array', elements, span };
}

/**
 * The syntax that stands for a parameter.
 * @throws SqlError when no value came for it, or one that is not of its type
 */
export function parameterNode({ index, span }: Parameter, { options }: Binding): Expr {
  const parameter: BindParameter | null | undefined = options.parameters[index];
  const position = index + 1;
  if (!parameter) throw validationError(`No value bound for parameter (position [${position}])`, span);
  const value = parameter.value ?? null;
  if (value === null) return { kind: 'literal', value: { type: 'null' }, span };
  const name = parameter.type.toUpperCase();
  const array = name === 'ARRAY' ? arrayNode(value, position, span) : undefined;
  if (array) return array;
  const made = makers[name]?.(value);
  if (made) return { kind: 'literal', value: made, span };
  throw validationError(`Value of parameter (position [${position}]) is not of its type [${parameter.type}]`, span);
}
