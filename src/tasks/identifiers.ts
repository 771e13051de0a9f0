/** Input of a request that is not SQL and cannot be used; the server answers 400. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
}

/**
 * Checks a name that becomes part of paths, by the rules of Druid's IdUtils.validateId.
 * @throws InvalidInputError naming the field
 */
export function validateId(field: string, value: string): void {
  const problem = ((): string | undefined => {
    if (value === '') return 'must not be null or empty';
    if (value.startsWith('.')) return `Value [${value}] cannot start with '.'.`;
    if (value.includes('/')) return `Value [${value}] cannot contain '/'.`;
    // Every kind of blank but the plain space, and what no file system takes.
    if (/[^\S ]/.test(value)) return `Value [${value}] contains illegal whitespace characters. Only space is allowed.`;
    // eslint-disable-next-line no-control-regex
    const control = /[\u0000-\u001f\u007f-\u009f\\]/.exec(value);
    if (control)
      return `Value [${value}] contains illegal UTF8 character [#${control[0].charCodeAt(0)}] at position [${control.index}]`;
    if (Buffer.byteLength(value) > 200) return `Value of ${Buffer.byteLength(value)} bytes is longer than 200.`;
    return undefined;
  })();
  if (problem !== undefined) throw new InvalidInputError(`Invalid value for field [${field}]: ${problem}`);
}
