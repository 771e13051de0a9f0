/** Constants. */
import type { Literal } from '../ast.js';
import { validationError, unsupportedError } from '../errors.js';
import type { Expression } from '../plan/index.js';
import { BIGINT, BOOLEAN, DOUBLE, NULL_TYPE, TIMESTAMP, DATE } from '../types.js';
import type { Binding } from './binding.js';
import { literal, notNull } from './build.js';
import { parseInterval } from './interval.js';
import { MAX_DECIMAL_DIGITS } from './lattice.js';
import { parseDateLiteral, parseTimestampLiteral } from './timestamps.js';

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
