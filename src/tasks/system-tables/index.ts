import { informationSchemaTables } from './information-schema.js';
import { sysTables } from './sys.js';
import type { SystemSource, SystemTable, SystemValue } from './table.js';

export { historicalName } from './table.js';
export type { ServerIdentity, SystemSource, SystemTable } from './table.js';

/** All tables that the server answers itself. */
export const systemTables: readonly SystemTable[] = [...sysTables, ...informationSchemaTables];

/**
 * Rows of a system table with the given columns, in their order.
 * @throws Error when there is no such table
 */
export async function systemRows(
  schema: string,
  name: string,
  columns: readonly string[],
  source: SystemSource,
): Promise<readonly (readonly SystemValue[])[]> {
  const table = systemTables.find((each) => each.schema === schema && each.name === name);
  if (!table) throw new Error(`No system table ${schema}.${name}`);
  const rows = await table.rows(source);
  return rows.map((row) => columns.map((column) => row[column] ?? null));
}
