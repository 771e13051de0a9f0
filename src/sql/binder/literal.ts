/** Constants and parameters. */
import type { Literal, Parameter } from '../ast.js';
import { validationError, unsupportedError } from '../errors.js';
import type { Expression } from '../plan/index.js';
import { arrayOf, BIGINT, BOOLEAN, DOUBLE, NULL_TYPE, TIMESTAMP, DATE, VARCHAR, type SqlType } from '../types.js';
import type { BindParameter, Binding } from './binding.js';
import { call, literal, notNull } from './build.js';
import { parseInterval } from './interval.js';
import { leastRestrictive, MAX_DECIMAL_DIGITS } from './lattice.js';
import { floorToDay, parseDateLiteral, parseTimestamp, parseTimestampLiteral } from './timestamps.js';

const LARGEST_INTEGER = 2_147_483_647n;
const LARGEST_BIGINT = 9_223_372_036_854_775_807n;

/** An exact number: INTEGER or BIGINT by size, DECIMAL(p, s) with a point. */
function bindDecimal(text: string, node: Literal): Expression {
  if (/^[+-]?\d+$/.test(text)) {
    const value = BigInt(text);
    const magnitude = value < 0n ? -value : value;
    if (magnitude <= LARGEST_INTEGER) return literal(value, { name: 'INTEGER', nullable: false });
    if (magnitude <= LARGEST_BIGINT) return literal(value, notNull(BIGINT));
    throw validationError(`Numeric literal '${text}' out of range`, node.span);
  }
  const [whole = '', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const digits = (whole.replace(/^0+/, '') + fraction).replace(/^0+/, '');
  const precision = Math.max(digits.length, fraction.length, 1);
  const shown = whole.replace(/^0+/, '') === '' && whole !== '' ? Math.max(precision, fraction.length + 1) : precision;
  return literal(Number(text), {
    name: 'DECIMAL',
    nullable: false,
    precision: Math.min(shown, MAX_DECIMAL_DIGITS),
    scale: fraction.length,
  });
}

/** Binds a constant. Timestamps and dates are wall time of the session's zone. */
export function bindLiteral(node: Literal, binding: Binding): Expression {
  const { value } = node;
  const { timeZone } = binding.options;
  switch (value.type) {
    case 'null':
    case 'unknown':
      return literal(null, value.type === 'null' ? NULL_TYPE : BOOLEAN);
    case 'boolean':
      return literal(value.value, notNull(BOOLEAN));
    case 'decimal':
      return bindDecimal(value.text, node);
    case 'double':
      return literal(Number(value.text), notNull(DOUBLE));
    case 'string':
      return literal(value.value, { name: 'CHAR', nullable: false, precision: value.value.length });
    case 'timestamp': {
      const instant = parseTimestampLiteral(value.value, timeZone);
      if (instant === undefined) {
        throw validationError(
          `Illegal TIMESTAMP literal '${value.value}': not in format 'yyyy-MM-dd HH:mm:ss'`,
          node.span,
        );
      }
      return literal(instant, notNull(TIMESTAMP));
    }
    case 'date': {
      const instant = parseDateLiteral(value.value, timeZone);
      if (instant === undefined) {
        throw validationError(`Illegal DATE literal '${value.value}': not in format 'yyyy-MM-dd'`, node.span);
      }
      return literal(instant, notNull(DATE));
    }
    case 'time':
      throw unsupportedError('TIME literals are not supported', node.span);
    case 'interval': {
      const interval = parseInterval(value);
      if (!interval) {
        const qualifier = value.to === undefined ? value.from : `${value.from} TO ${value.to}`;
        throw validationError(`Illegal interval literal format '${value.value}' for INTERVAL ${qualifier}`, node.span);
      }
      return literal(interval.value, interval.type);
    }
    default:
      return value satisfies never;
  }
}

function parameterType(name: string): SqlType | undefined {
  switch (name.toUpperCase()) {
    case 'VARCHAR':
    case 'CHAR':
    case 'STRING':
    case 'LONGVARCHAR':
      return VARCHAR;
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'INT':
    case 'BIGINT':
    case 'LONG':
      return BIGINT;
    case 'FLOAT':
    case 'REAL':
    case 'DOUBLE':
    case 'DECIMAL':
    case 'NUMERIC':
      return DOUBLE;
    case 'BOOLEAN':
      return BOOLEAN;
    case 'TIMESTAMP':
      return TIMESTAMP;
    case 'DATE':
      return DATE;
    default:
      return undefined;
  }
}

/** A parameter's value as a constant of its SQL type; undefined when the value does not fit the type. */
function parameterLiteral(type: SqlType, value: unknown, timeZone: string): Expression | undefined {
  if (value === null || value === undefined) return literal(null, type);
  const to = notNull(type);
  switch (type.name) {
    case 'VARCHAR':
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? literal(String(value), to)
        : undefined;
    case 'BIGINT':
      if (typeof value === 'bigint') return literal(value, to);
      if (typeof value === 'number' && Number.isInteger(value)) return literal(BigInt(value), to);
      return typeof value === 'string' && /^[+-]?\d+$/.test(value) ? literal(BigInt(value), to) : undefined;
    case 'DOUBLE': {
      const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
      return Number.isNaN(number) ? undefined : literal(number, to);
    }
    case 'BOOLEAN':
      return typeof value === 'boolean' ? literal(value, to) : undefined;
    case 'TIMESTAMP':
    case 'DATE': {
      const instant =
        typeof value === 'number' ? value : typeof value === 'string' ? parseTimestamp(value, timeZone) : undefined;
      if (instant === undefined) return undefined;
      return literal(type.name === 'DATE' ? floorToDay(instant, timeZone) : instant, to);
    }
    default:
      return undefined;
  }
}

/** The type that a list element of a parameter has by its JSON value. */
function elementLiteral(value: unknown): Expression | undefined {
  if (value === null) return literal(null, NULL_TYPE);
  if (typeof value === 'string') return literal(value, notNull(VARCHAR));
  if (typeof value === 'boolean') return literal(value, notNull(BOOLEAN));
  if (typeof value === 'number') {
    return Number.isInteger(value) ? literal(BigInt(value), notNull(BIGINT)) : literal(value, notNull(DOUBLE));
  }
  return undefined;
}

function parameterArray(value: unknown): Expression | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: Expression[] = [];
  for (const element of value as unknown[]) {
    const item = elementLiteral(element);
    if (!item) return undefined;
    items.push(item);
  }
  const element = items.length === 0 ? VARCHAR : leastRestrictive(items.map((item) => item.type));
  return element && call('ARRAY', items, arrayOf(element, false));
}

/** Binds `?` to the value that came with the request. */
export function bindParameter(node: Parameter, binding: Binding): Expression {
  const parameter: BindParameter | undefined = binding.options.parameters[node.index];
  if (!parameter) throw validationError(`No value bound for parameter (position [${node.index + 1}])`, node.span);
  const type = parameterType(parameter.type);
  const bound =
    parameter.type.toUpperCase() === 'ARRAY'
      ? parameterArray(parameter.value)
      : type && parameterLiteral(type, parameter.value, binding.options.timeZone);
  if (!bound) {
    throw validationError(
      `Value of parameter (position [${node.index + 1}]) is not of its type [${parameter.type}]`,
      node.span,
    );
  }
  return bound;
}
