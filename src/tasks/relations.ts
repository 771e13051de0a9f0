import type { EmittedQuery } from '../engine/emitted.js';
import { overlaps } from '../segments/index.js';
import type { DataSegment } from '../segments/segment.js';
import type { TableColumn } from '../sql/catalog.js';
import type { Plan, ScanNode } from '../sql/plan/index.js';
import type { DeepStorage } from '../storage/deep-storage.js';
import { externalRelation } from './compile.js';
import { systemRows, systemTables, type SystemSource } from './system-tables/index.js';
import type { JobColumn, JobRelation } from './worker/protocol.js';

/** What the relations of a job are made of. */
export interface RelationSources {
  readonly deepStorage: DeepStorage;
  readonly system: SystemSource;
}

/** Whether a segment may hold rows within the times that a scan asks for. */
function mayMatch(segment: DataSegment, { intervals }: ScanNode): boolean {
  if (!intervals) return true;
  const { timeRange } = segment;
  const held = timeRange ? { start: timeRange.min, end: timeRange.max + 1 } : segment.interval;
  return intervals.some((interval) => overlaps(interval, held));
}

function segmentsRelation(name: string, node: ScanNode, sources: RelationSources): JobRelation {
  const visible = sources.system.snapshot.visible.get(node.table) ?? [];
  return {
    kind: 'segments',
    name,
    columns: node.fields.map((field) => ({ name: field.name, type: field.type })),
    segments: visible
      .filter((segment) => mayMatch(segment, node))
      .flatMap((segment) => {
        const path = sources.deepStorage.path(segment);
        return path === undefined ? [] : [{ segment, path }];
      }),
  };
}

/** The columns that a statement uses; one at least, as a table without columns has no rows to count. */
function systemColumns({ schema, table, fields }: ScanNode): readonly TableColumn[] {
  if (fields.length > 0) return fields.map(({ name, type }) => ({ name, type }));
  return systemTables.find((each) => each.schema === schema && each.name === table)?.columns.slice(0, 1) ?? [];
}

/** Everything that a job's SQL names, as of the snapshot in `sources`. */
export async function jobRelations(
  { relations }: EmittedQuery,
  sources: RelationSources,
): Promise<readonly JobRelation[]> {
  return Promise.all(
    relations.map(async ({ name, node }): Promise<JobRelation> => {
      if (node.kind === 'external') return { kind: 'external', name, external: externalRelation(node) };
      if (node.schema === 'druid') return segmentsRelation(name, node, sources);
      const columns = systemColumns(node);
      const names = columns.map((column) => column.name);
      return {
        kind: 'rows',
        name,
        columns,
        rows: await systemRows(node.schema, node.table, names, sources.system),
      };
    }),
  );
}

/** The columns of a job's query, as the statement names them. */
export const jobColumns = (
  columns: readonly { readonly fieldId: number; readonly name: string; readonly type: JobColumn['type'] }[],
): readonly JobColumn[] => columns.map(({ fieldId, name, type }) => ({ sqlName: `c${fieldId}`, name, type }));

/** Whether the query itself fixes the order of its rows. */
export function isOrdered(plan: Plan): boolean {
  switch (plan.kind) {
    case 'sort':
      return true;
    case 'limit':
    case 'project':
      return isOrdered(plan.input);
    default:
      return false;
  }
}
