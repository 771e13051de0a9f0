/** Values as Java prints them, which is how Druid answers. */

/**
 * A floating-point number as Double.toString prints it: with a point always, and in scientific notation below 10^-3 and
 * from 10^7 on. JavaScript has the same shortest digits.
 */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (magnitude >= 1e-3 && magnitude < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** A value as `toString` of its Java class prints it; lists as `[a, b]`. */
export function javaText(value: unknown): string {
  if (typeof value === 'number') return javaDouble(value);
  if (Array.isArray(value)) return `[${value.map(javaText).join(', ')}]`;
  return String(value);
}
