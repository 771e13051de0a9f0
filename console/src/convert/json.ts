/** An object of a spec. */
export type Json = Readonly<Record<string, unknown>>;

/** A spec that cannot be converted; the message names what and where. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member that must be an object. */
export function objectAt(parent: Json, key: string, path: string): Json {
  const value = parent[key];
  if (!isObject(value)) throw new SpecError(`${path}.${key} must be an object`);
  return value;
}

/** A member that may be an object. */
export const optionalObject = (parent: Json, key: string): Json => (isObject(parent[key]) ? parent[key] : {});

export const textAt = (parent: Json, key: string): string | undefined =>
  typeof parent[key] === 'string' ? parent[key] : undefined;

export const numberAt = (parent: Json, key: string): number | undefined =>
  typeof parent[key] === 'number' ? parent[key] : undefined;

export const listAt = (parent: Json, key: string): readonly unknown[] =>
  Array.isArray(parent[key]) ? (parent[key] as unknown[]) : [];

/** A name in SQL. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text in SQL. */
export const quotedText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
