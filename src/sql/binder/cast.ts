/** CAST: which conversions may be written, and those that need no engine. */
import { validationError, type Span } from '../errors.js';
import type { Expression } from '../plan/index.js';
import { formatType, isDatetime, isInterval, isNumeric, isString, type SqlType } from '../types.js';
import { literal } from './build.js';
import { convertLiteral, makeCast } from './convert.js';

/** Calcite's SqlTypeCoercionRule as Druid uses it: what CAST accepts. */
function isCastable(from: SqlType, to: SqlType): boolean {
  if (from.name === 'NULL' || from.name === 'ANY' || to.name === 'ANY') return true;
  if (to.name === 'ARRAY') return from.name === 'ARRAY' && isCastable(from.element ?? from, to.element ?? to);
  if (from.name === 'ARRAY') return isString(to);
  if (to.name === 'COMPLEX') return from.name === 'COMPLEX' ? from.complex === to.complex : isString(from);
  if (from.name === 'COMPLEX') return isString(to);
  if (isString(from) || isString(to)) return true;
  if (from.name === 'BOOLEAN') return to.name === 'BOOLEAN' || isNumeric(to);
  if (to.name === 'BOOLEAN') return isNumeric(from);
  if (isDatetime(from)) return isDatetime(to) || isNumeric(to);
  if (isDatetime(to)) return isNumeric(from);
  if (isInterval(from)) return isInterval(to) ? from.name === to.name : isNumeric(to);
  if (isInterval(to)) return isNumeric(from);
  return true;
}

/** Binds CAST(input AS type); refuses impossible pairs in Calcite's words. */
export function bindCast(input: Expression, type: SqlType, timeZone: string, span: Span): Expression {
  if (!isCastable(input.type, type)) {
    throw validationError(
      `Cast function cannot convert value of type ${formatType(input.type)} to type ${formatType(type)}`,
      span,
    );
  }
  const nullable = input.type.nullable || (isString(input.type) && !isString(type));
  const target: SqlType = { ...type, nullable };
  if (input.kind === 'literal') {
    if (input.value === null) return literal(null, { ...type, nullable: true });
    const folded = convertLiteral(input, type, timeZone);
    if (folded && !(isString(type) && type.precision !== undefined)) return folded;
  }
  if (isString(input.type) && isString(type) && input.type.name === type.name && type.precision === undefined)
    return input;
  if (input.type.name === type.name && !['ARRAY', 'CHAR', 'VARCHAR', 'DECIMAL', 'COMPLEX'].includes(type.name))
    return input;
  return makeCast(input, target);
}
