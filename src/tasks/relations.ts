import type { EmittedQuery, EngineName } from '../engine/emitted.js';
import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import { mayMatch } from '../segments/index.js';
import type { DataSegment } from '../segments/segment.js';
import type { TableColumn } from '../sql/catalog.js';
import type { Plan, ScanNode } from '../sql/plan/index.js';
import { type DeepStorage, MissingSegmentError, type OpenSegments } from '../storage/deep-storage.js';
import { externalRelation } from './compile.js';
import { lookupRows } from './lookups.js';
import { systemRows, type SystemSource } from './system-tables/index.js';
import type { JobColumn, JobRelation } from './worker/protocol.js';

/** What the relations of a job are made of. */
export interface RelationSources {
  readonly deepStorage: DeepStorage;
  readonly system: SystemSource;
}

/** The segments that a scan reads. */
function scannedSegments(node: ScanNode, { system }: RelationSources): readonly DataSegment[] {
  const visible = system.snapshot.visible.get(node.table) ?? [];
  return visible.filter((segment) => mayMatch(segment, node));
}

/** @throws FaultError QueryRuntimeError when deep storage lacks a segment */
async function openSegments(segments: readonly DataSegment[], { deepStorage }: RelationSources): Promise<OpenSegments> {
  try {
    return await deepStorage.open(segments);
  } catch (error) {
    if (!(error instanceof MissingSegmentError)) throw error;
    throw new FaultError(faults.QueryRuntimeError(error.message), { cause: error });
  }
}

/** What a job's SQL names. The files of its segments are kept where they are until `release`. */
export interface OpenRelations {
  readonly relations: readonly JobRelation[];
  /** Brings the files of a relation of remote segments to this machine; answers their paths. */
  open(relation: string): Promise<readonly string[]>;
  release(): void;
}

/** The columns that a statement uses; one at least, as a table without columns has no rows to count. */
function madeColumns({ schema, table, fields }: ScanNode, { catalog }: SystemSource): readonly TableColumn[] {
  if (fields.length > 0) return fields.map(({ name, type }) => ({ name, type }));
  return catalog.table(schema, table)?.columns.slice(0, 1) ?? [];
}

/**
 * Everything that a job's SQL names, as of the snapshot in `sources`.
 * @param engine Spark may read segments where they lie, and says when it cannot
 */
export async function jobRelations(
  { relations }: EmittedQuery,
  engine: EngineName,
  sources: RelationSources,
): Promise<OpenRelations> {
  const opened: { release(): void }[] = [];
  const remote = new Map<string, readonly DataSegment[]>();
  let isReleased = false as boolean;
  const release = (): void => {
    isReleased = true;
    for (const each of opened) each.release();
  };
  const open = async ({ name, node }: EmittedQuery['relations'][number]): Promise<JobRelation> => {
    if (node.kind === 'external') return { kind: 'external', name, external: externalRelation(node) };
    if (node.schema === 'druid') {
      const columns = node.fields.map((field) => ({ name: field.name, type: field.type }));
      const scanned = scannedSegments(node, sources);
      const located = engine === 'spark' ? sources.deepStorage.locate(scanned) : undefined;
      if (located) {
        opened.push(located);
        remote.set(name, scanned);
        return { kind: 'remoteSegments', name, columns, segments: located.segments };
      }
      const segments = await openSegments(scanned, sources);
      opened.push(segments);
      return { kind: 'segments', name, columns, segments: segments.segments };
    }
    const columns = madeColumns(node, sources.system);
    const names = columns.map((column) => column.name);
    if (node.schema === 'lookup') {
      return { kind: 'rows', name, columns, rows: lookupRows(sources.system.lookups, node.table, names) };
    }
    const rows = await systemRows(node.schema, node.table, names, sources.system);
    return { kind: 'rows', name, columns, rows };
  };
  const results = await Promise.allSettled(relations.map(open));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    release();
    throw failed.reason;
  }
  return {
    relations: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    async open(relation) {
      const segments = await openSegments(remote.get(relation) ?? [], sources);
      // A job that was canceled meanwhile has released everything.
      if (isReleased) segments.release();
      else opened.push(segments);
      return segments.segments.map(({ path }) => path);
    },
    release,
  };
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

/** Whether the query puts out a row for each one that it reads, of external data and of nothing else. */
export function keepsRows(plan: Plan): boolean {
  if (plan.kind === 'sort' || plan.kind === 'project') return keepsRows(plan.input);
  return plan.kind === 'external';
}
