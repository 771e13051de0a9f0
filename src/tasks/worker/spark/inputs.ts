import {
  quoteIdentifier,
  quoteText,
  type SparkListener,
  type SparkSession,
  sparkType,
} from '../../../engine/spark/index.js';
import { sparkSegments } from '../../../segments/index.js';
import { unsupportedError } from '../../../sql/errors.js';
import type { SqlType } from '../../../sql/types.js';
import type { RunningJob } from '../job.js';
import type { InputCounter, StageCounters } from '../progress.js';
import type { JobRelation } from '../protocol.js';

/** What a job reads on Spark. */
export interface SparkInputs {
  /** A statement with the relations that it names. */
  withRelations(sql: string): string;
  /** Counts while a statement runs. */
  readonly listener: SparkListener;
  /** Counts everything as read. */
  finish(): void;
}

type SystemRows = Extract<JobRelation, { kind: 'rows' }>;

function literal(value: string | number | bigint | boolean | null | undefined, type: SqlType): string {
  if (value === null || value === undefined) return 'NULL';
  if (type.name === 'TIMESTAMP' || type.name === 'DATE') return `timestamp_millis(${String(value)})`;
  return typeof value === 'string' ? quoteText(value) : String(value);
}

/** Rows that the server computed, as a query of constants. */
function rowsSql({ columns, rows }: SystemRows): string {
  const items = columns.map(
    ({ name, type }, index) => `CAST(col${index + 1} AS ${sparkType(type)}) AS ${quoteIdentifier(name)}`,
  );
  const list = items.length > 0 ? items.join(', ') : '1';
  if (rows.length === 0) {
    const nulls = columns.map(({ name, type }) => `CAST(NULL AS ${sparkType(type)}) AS ${quoteIdentifier(name)}`);
    return `SELECT ${nulls.length > 0 ? nulls.join(', ') : '1'} WHERE FALSE`;
  }
  const values = rows.map((row) => `(${columns.map(({ type }, index) => literal(row[index], type)).join(', ')})`);
  return `SELECT ${list} FROM VALUES ${values.join(', ')}`;
}

/** Gives the files of a job's relations names in the session. */
export async function createSparkInputs(
  running: RunningJob,
  session: SparkSession,
  stage: StageCounters,
): Promise<SparkInputs> {
  const named: string[] = [];
  const totals: { readonly counter: InputCounter; readonly bytes: number; readonly rows: number }[] = [];
  for (const relation of running.job.relations) {
    const name = quoteIdentifier(relation.name);
    switch (relation.kind) {
      case 'external':
        throw unsupportedError('EXTERN is not supported by the spark engine');
      case 'segments': {
        const { sql, files } = sparkSegments(relation.name, relation);
        for (const { name: view, schema, paths } of files) {
          await session.createView({ name: view, format: 'parquet', schema, paths });
        }
        named.push(`${name} AS (${sql})`);
        const count = relation.segments.length;
        const counter: InputCounter = { rows: 0, bytes: 0, files: 0, totalFiles: count };
        stage.inputs.push(counter);
        totals.push({
          counter,
          rows: relation.segments.reduce((total, { segment }) => total + segment.rows, 0),
          bytes: relation.segments.reduce((total, { segment }) => total + segment.size, 0),
        });
        break;
      }
      case 'rows':
        named.push(`${name} AS (${rowsSql(relation)})`);
        break;
    }
  }
  return {
    withRelations: (sql) => (named.length > 0 ? `WITH ${named.join(',\n')}\n${sql}` : sql),
    listener: {
      progress(stages) {
        const tasks = stages.reduce((total, each) => total + (each.numTasks ?? 0), 0);
        const done = stages.reduce((total, each) => total + (each.numCompletedTasks ?? 0), 0);
        const part = tasks === 0 ? 0 : done / tasks;
        for (const { counter, bytes } of totals) {
          counter.bytes = Math.max(counter.bytes, Math.floor(bytes * part));
          counter.files = Math.max(counter.files, Math.floor(counter.totalFiles * part));
        }
      },
    },
    finish() {
      for (const { counter, bytes, rows } of totals) Object.assign(counter, { bytes, rows, files: counter.totalFiles });
    },
  };
}
