import { BOOLEAN, nativeTypeName, type SqlType } from '../sql/types.js';

/**
 * Druid's native type that a stored column is best declared as.
 * @param type of its values, or of the elements of its lists; undefined where they are nested
 */
export function nativeTypeOf(type: SqlType | undefined, isList: boolean): string {
  if (!type) return 'COMPLEX<json>';
  const native = type === BOOLEAN ? 'LONG' : nativeTypeName(type);
  return isList ? `ARRAY<${native}>` : native;
}
