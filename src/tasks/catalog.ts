import type { DataSegment } from '../segments/segment.js';
import type { SchemaCatalog, TableColumn, TableDefinition } from '../sql/catalog.js';
import { MULTI_VALUE_VARCHAR, TIMESTAMP, withNullability, type SqlType } from '../sql/types.js';
import type { TimelineSnapshot } from './timeline.js';

/** The catalogue that statements are bound against, and a list of what is in it. */
export interface ServerCatalog extends SchemaCatalog {
  readonly tables: readonly TableDefinition[];
}

const timeColumn: TableColumn = { name: '__time', type: withNullability(TIMESTAMP, false) };

/** A text column that has several values anywhere has them everywhere. */
function mergeTypes(newer: SqlType, older: SqlType): SqlType {
  if (newer.name === 'VARCHAR' && older.name === 'VARCHAR' && older.multiValue) return MULTI_VALUE_VARCHAR;
  return newer;
}

/** The columns of a datasource: __time, then those of the newest segments first; the newest type of each counts. */
export function mergeColumns(segments: readonly DataSegment[]): readonly TableColumn[] {
  const newestFirst = [...segments].sort((a, b) =>
    a.version === b.version ? b.shardSpec.partitionNum - a.shardSpec.partitionNum : a.version < b.version ? 1 : -1,
  );
  const columns = new Map<string, TableColumn>([[timeColumn.name, timeColumn]]);
  const seen = new Set<DataSegment['columns']>();
  for (const segment of newestFirst) {
    // The timeline shares the lists of columns, so most segments need no look.
    if (seen.has(segment.columns)) continue;
    seen.add(segment.columns);
    for (const { name, type } of segment.columns) {
      if (name === timeColumn.name) continue;
      const known = columns.get(name);
      columns.set(name, { name, type: known ? mergeTypes(known.type, type) : withNullability(type, true) });
    }
  }
  return [...columns.values()];
}

const merged = new WeakMap<readonly DataSegment[], readonly TableColumn[]>();

/** The same, once for each list of segments. */
function columnsOf(segments: readonly DataSegment[]): readonly TableColumn[] {
  const known = merged.get(segments) ?? mergeColumns(segments);
  merged.set(segments, known);
  return known;
}

/** Makes the catalogue of a moment: datasources, lookups and system tables. */
export function buildCatalog(snapshot: TimelineSnapshot, otherTables: readonly TableDefinition[]): ServerCatalog {
  const datasources = [...snapshot.visible]
    .filter(([, segments]) => segments.length > 0)
    .map(([name, segments]): TableDefinition => ({ schema: 'druid', name, columns: columnsOf(segments) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const tables = [...datasources, ...otherTables];
  const byName = new Map(tables.map((table) => [JSON.stringify([table.schema, table.name]), table]));
  return {
    tables,
    table: (schema, name) => byName.get(JSON.stringify([schema ?? 'druid', name])),
  };
}
