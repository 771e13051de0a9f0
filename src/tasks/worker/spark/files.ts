import { copyFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { resultSql, type SparkSession, sparkType } from '../../../engine/spark/index.js';
import { unsupportedError } from '../../../sql/errors.js';
import { type SqlType, VARCHAR } from '../../../sql/types.js';
import type { RunningJob } from '../job.js';
import type { FilesDestination, JobColumn, JobSummary, WrittenFile } from '../protocol.js';
import { Uploads } from '../uploads.js';
import { queryWithoutNullBytes } from '../row-checks.js';
import { createSparkInputs } from './inputs.js';
import { rowChecks } from './row-checks.js';

/** Moves a file, also to another file system. */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, to);
    await rm(from);
  }
}

/** A value as DuckDB's result files hold it: moments without a zone, numbers as wide as their type says. */
function storedSql(sql: string, type: SqlType): string {
  if (type.name === 'ARRAY') {
    const element = storedSql('se', type.element ?? VARCHAR);
    return element === 'se' ? sql : `transform(${sql}, se -> ${element})`;
  }
  const target = sparkType(type);
  return `CAST(${sql} AS ${target === 'TIMESTAMP' ? 'TIMESTAMP_NTZ' : target})`;
}

/** Files of a written directory in the order of their rows: by task, and by the number of the file within it. */
async function filesInOrder(directory: string): Promise<readonly string[]> {
  const found = (await readdir(directory)).flatMap((name) => {
    const [, task, file] = /^part-(\d+)-.*-c(\d+)\..*parquet$/.exec(name) ?? [];
    return task === undefined ? [] : [{ name, task: Number(task), file: Number(file) }];
  });
  return found.sort((a, b) => a.task - b.task || a.file - b.file).map(({ name }) => path.join(directory, name));
}

interface ResultFile {
  readonly path: string;
  readonly rows: number;
}

/** Answers the first rows, as a task report shows them. */
async function answerFirst(
  running: RunningJob,
  session: SparkSession,
  files: readonly ResultFile[],
  schema: string,
  destination: FilesDestination,
): Promise<void> {
  const columns = running.job.columns.map(({ type }, index) => ({ sqlName: `c${index}`, type }));
  let left = destination.reportRows;
  for (const file of files) {
    if (left <= 0) return;
    await session.createView({ name: 'page', format: 'parquet', schema, paths: [file.path] });
    const first = `SELECT * FROM page LIMIT ${left}`;
    for await (const batch of session.stream(resultSql(first, columns, destination))) {
      await running.sendRows(batch);
    }
    left -= file.rows;
  }
}

const fileColumns = (columns: readonly JobColumn[]): string =>
  columns.map(({ sqlName, type }, index) => `${storedSql(sqlName, type)} AS c${index}`).join(', ');

/** Has the executors write the rows of a query to files of so many rows each, in their order. */
export async function writeFilesOnSpark(
  running: RunningJob,
  session: SparkSession,
  destination: FilesDestination,
): Promise<JobSummary> {
  if (destination.format !== 'parquet') throw unsupportedError('Exports are not supported by the spark engine');
  const { job, progress } = running;
  const reading = progress.addStage();
  const writing = progress.addStage();
  const directory = path.join(running.directory, 'spark', 'results');
  const schema = job.columns.map(({ type }, index) => `c${index} ${sparkType(type)}`).join(', ');
  const found = await progress.during(reading, async () => {
    const inputs = await createSparkInputs(running, session, reading);
    const query = destination.removeNullBytes ? queryWithoutNullBytes(job.sql, job.columns, rowChecks) : job.sql;
    const sql = inputs.withRelations(`SELECT ${fileColumns(job.columns)} FROM (\n${query}\n)`);
    const options = { compression: 'snappy', maxRecordsPerFile: String(destination.rowsPerFile) };
    // Spark tells no metrics of what is written.
    await inputs.counting(() => session.write({ sql, path: directory, partitionBy: [], options }, inputs.listener));
    await inputs.countProblems();
    const paths = await filesInOrder(directory);
    await session.createView({ name: 'pages', format: 'parquet', schema, paths: [directory] });
    const counts = await session.rows('SELECT input_file_name(), count(*) FROM pages GROUP BY 1');
    const rowsOf = new Map(counts.map(([uri, rows]) => [path.basename(String(uri)), Number(rows)]));
    // A task that had no rows may have left a file nevertheless.
    const files = paths.map((each): ResultFile => ({ path: each, rows: rowsOf.get(path.basename(each)) ?? 0 }));
    const full = files.filter(({ rows }) => rows > 0);
    reading.output.rows = full.reduce((total, file) => total + file.rows, 0);
    inputs.finish(reading.output.rows);
    return full;
  });
  const { rows } = reading.output;
  const files: WrittenFile[] = [];
  const uploads = new Uploads(running.signal);
  await progress.during(writing, async () => {
    writing.inputs = [{ rows, bytes: reading.output.bytes, files: 0, totalFiles: 0 }];
    await answerFirst(running, session, found, schema, destination);
    try {
      for (const [index, page] of found.entries()) {
        running.throwIfCanceled();
        const name = `${destination.baseName}-worker0-partition${index}.${destination.format}`;
        const file = path.join(destination.directory, name);
        await moveFile(page.path, file);
        const bytes = (await stat(file)).size;
        files.push({ name, rows: page.rows, bytes });
        writing.output.rows += page.rows;
        writing.output.bytes += bytes;
        const { upload } = destination;
        if (upload) await uploads.add(file, { ...upload, key: upload.key + name }, () => rm(file));
      }
    } finally {
      await uploads.finish();
    }
  });
  return { stages: progress.snapshot(), rows, truncated: rows > destination.reportRows, files };
}
