import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SparkSession } from '../../../engine/spark/index.js';
import { FaultError } from '../../../msq/fault.js';
import { faults } from '../../../msq/faults.js';
import { limits } from '../../../msq/limits.js';
import { bucketOf, sparkBucketStartSql } from '../../../segments/index.js';
import { sortOrder } from '../ingest.js';
import type { RunningJob } from '../job.js';
import type { StageCounters } from '../progress.js';
import type { JobSummary, SegmentsDestination } from '../protocol.js';
import { checkRows, rowMeasures, withoutNullBytes } from '../row-checks.js';
import { type ConversionSql, storedColumn, type StoredColumn, storedColumns } from '../stored-columns.js';
import { isMulti, multiText, multiValues, quoteIdentifier, sparkType } from '../../../engine/spark/index.js';
import { createSparkInputs } from './inputs.js';
import { rowChecks } from './row-checks.js';
import { divideOnSpark } from './segmentation.js';
import { writeSegmentsOnSpark } from './segment-writer.js';

const conversions: ConversionSql = {
  quoteIdentifier,
  bigint: (sql) => `CAST(${sql} AS BIGINT)`,
  milliseconds: (sql) => `unix_millis(${sql})`,
  text: (sql) => `CAST(${sql} AS STRING)`,
  sortedValues: (sql) =>
    `CASE WHEN ${isMulti(sql)} THEN ${multiText(`array_sort(${multiValues(sql)}, (x, y) -> CASE WHEN x IS NULL THEN CASE WHEN y IS NULL THEN 0 ELSE -1 END WHEN y IS NULL THEN 1 WHEN x < y THEN -1 WHEN x > y THEN 1 ELSE 0 END)`)} ELSE ${sql} END`,
  each: (list, convert) => `transform(${list}, e -> ${convert('e')})`,
  epoch: 'timestamp_millis(0)',
};

/** The rows of one time chunk. */
export interface SparkChunk {
  /** Milliseconds of the chunk's start, as in the column `bucket`. */
  readonly bucket: bigint;
  readonly interval: ReturnType<typeof bucketOf>;
  readonly rows: number;
}

/** All rows of an ingestion as files of the task's directory, under the name `staged`. */
export interface SparkRows {
  readonly columns: readonly StoredColumn[];
  readonly chunks: readonly SparkChunk[];
  readonly rows: number;
}

/** Bytes of the files in a directory. */
async function bytesIn(directory: string): Promise<number> {
  const sizes = (await readdir(directory)).map(async (name) => (await stat(path.join(directory, name))).size);
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
}

/**
 * Runs the job's query once. Its rows become files that the executors share, so that counting, dividing and writing them
 * see the same rows whatever the query does, and a lost executor costs its tasks only.
 */
async function stageRows(
  running: RunningJob,
  session: SparkSession,
  destination: SegmentsDestination,
  columns: readonly StoredColumn[],
  stage: StageCounters,
): Promise<SparkRows> {
  const inputs = await createSparkInputs(running, session, stage);
  const directory = path.join(running.directory, 'spark', 'staged');
  const time = storedColumn(columns, '__time');
  const selected = columns
    .map(({ sql, sqlName, type }) => {
      const value = destination.removeNullBytes ? withoutNullBytes(sql, type, rowChecks) : sql;
      return `${value} AS ${sqlName}`;
    })
    .join(', ');
  const bucket = sparkBucketStartSql(destination.granularity, time.sql);
  const sql = inputs.withRelations(`SELECT ${bucket} AS bucket, ${selected} FROM (\n${running.job.sql}\n)`);
  // Spark tells no metrics of what is written.
  await inputs.counting(() => session.write({ sql, path: directory, partitionBy: [], options: {} }, inputs.listener));
  await inputs.countProblems();
  stage.output.bytes = await bytesIn(directory);
  stage.phase = 'POST_READING';
  const schema = ['bucket BIGINT', ...columns.map(({ sqlName, type }) => `${sqlName} ${sparkType(type)}`)].join(', ');
  await session.createView({ name: 'staged', format: 'parquet', schema, paths: [directory] });
  const found = await session.rows(
    `SELECT bucket, count(*), count(${time.sqlName}), unix_millis(min(${time.sqlName})), ${rowMeasures(columns, rowChecks)}
     FROM staged GROUP BY bucket ORDER BY bucket`,
  );
  if (found.some(([, rows, times]) => rows !== times)) throw new FaultError(faults.InsertTimeNull());
  if (found.length > limits.partitionBuckets) throw new FaultError(faults.TooManyBuckets(limits.partitionBuckets));
  const measured = {
    mayHaveNullByte: found.some((row) => row[4] === true),
    largestRow: Math.max(0, ...found.map((row) => Number(row[5]))),
  };
  await checkRows(session, 'staged', columns, destination, measured, rowChecks);
  const chunks = found.map(([start, rows, , min]): SparkChunk => ({
    bucket: BigInt(String(start)),
    interval: bucketOf(destination.granularity, Number(min)),
    rows: Number(rows),
  }));
  const rows = chunks.reduce((total, chunk) => total + chunk.rows, 0);
  stage.output.rows = rows;
  inputs.finish(rows);
  return { columns, chunks, rows };
}

/**
 * Turns the rows of a query into segments on Spark: stage 0 computes and keeps the rows, stage 1 divides them, has places
 * allocated and has the executors write the files.
 */
export async function ingestOnSpark(
  running: RunningJob,
  session: SparkSession,
  destination: SegmentsDestination,
): Promise<JobSummary> {
  const { job, progress } = running;
  const reading = progress.addStage();
  const writing = progress.addStage();
  writing.segments = { rowsProcessed: 0, rowsPushed: 0, segmentsPushed: 0 };
  const columns = storedColumns(job.columns, conversions);
  const staged = await progress.during(reading, () => stageRows(running, session, destination, columns, reading));
  if (staged.rows === 0 && destination.failOnEmptyInsert) {
    throw new FaultError(faults.InsertCannotBeEmpty(destination.dataSource));
  }
  const segments = await progress.during(writing, async () => {
    writing.inputs = [{ rows: staged.rows, bytes: reading.output.bytes, files: 0, totalFiles: 0 }];
    if (staged.rows === 0) return [];
    const sortedBy = sortOrder(destination);
    const segmentation = await divideOnSpark(session, destination, staged, sortedBy);
    const places = await running.allocate(segmentation.requests);
    return writeSegmentsOnSpark(running, session, { destination, staged, segmentation, sortedBy }, places, writing);
  });
  return { stages: progress.snapshot(), rows: staged.rows, segments };
}
