/**
 * Druid's intermediate values of EARLIEST and LATEST: the time of a value, milliseconds since 1970, and the value
 * (SerializablePairLongString and its siblings). Engines hold them as a structure of `lhs` and `rhs`.
 */
import { BIGINT, DOUBLE, FLOAT, isInteger, isString, VARCHAR, type SqlType } from './types.js';

const valueTypes: Readonly<Record<string, SqlType>> = {
  serializablePairLongString: VARCHAR,
  serializablePairLongLong: BIGINT,
  serializablePairLongDouble: DOUBLE,
  serializablePairLongFloat: FLOAT,
};

/** The type of the values in pairs of a type; undefined for all other types. */
export const pairedValue = (type: SqlType): SqlType | undefined =>
  type.name === 'COMPLEX' ? valueTypes[type.complex ?? ''] : undefined;

/** The type of pairs whose values are those of an aggregate that answers `value`. */
export function pairOf(value: SqlType): SqlType {
  const held = isString(value)
    ? 'String'
    : isInteger(value)
      ? 'Long'
      : value.name === 'FLOAT' || value.name === 'REAL'
        ? 'Float'
        : 'Double';
  return { name: 'COMPLEX', nullable: true, complex: `serializablePairLong${held}` };
}
