import type { Script } from './ast.js';
import { bind } from './binder/bind.js';
import type { BindOptions } from './binder/binding.js';
import { parse } from './parser/index.js';
import type { BoundScript } from './plan/index.js';

/**
 * Compiles the SQL text of one request into a bound statement with its logical plan.
 * @throws SqlError with the place of what is wrong, worded as Druid words it
 */
export function compileSql(text: string, options: BindOptions): BoundScript {
  return bind(parse(text), { ...options, text });
}

/**
 * What the SET statements of a script set; it wins over the context of the request. To be known before the script is
 * bound, as some of it changes what a statement means.
 */
export const settingsOf = ({ settings }: Script): Readonly<Record<string, string | number | boolean | null>> =>
  Object.fromEntries(settings.map(({ key, value }) => [key, value]));

export { bind } from './binder/bind.js';
export { parse } from './parser/index.js';
export type { BindOptions, BindParameter } from './binder/binding.js';
export type { SchemaCatalog, TableColumn, TableDefinition } from './catalog.js';
export { SqlError, type Span } from './errors.js';
