import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type DuckdbSession, resultSql } from '../../engine/duckdb/index.js';
import { writeCsvFileSql, writeResultFileSql } from '../result-files.js';
import { createInputs } from './inputs.js';
import type { RunningJob } from './job.js';
import { runQuery } from './passes.js';
import { queryWithoutNullBytes } from './row-checks.js';
import type { StageCounters } from './progress.js';
import type { FilesDestination, JobSummary, WrittenFile } from './protocol.js';
import { Uploads } from './uploads.js';

/** Runs the job's query once and keeps its rows in their order, which may spill to disk; answers how many there are. */
async function stage(
  running: RunningJob,
  session: DuckdbSession,
  table: string,
  destination: FilesDestination,
  reading: StageCounters,
): Promise<number> {
  // Rows that the query leaves unordered come as they stand in the data.
  await session.run('SET preserve_insertion_order = true');
  const inputs = await createInputs(running, session, reading);
  const work = async (read: string): Promise<void> => {
    const query = destination.removeNullBytes ? queryWithoutNullBytes(read, running.job.columns) : read;
    await session.run(`CREATE TABLE ${table} AS ${query}`);
  };
  await inputs.reading(async (statement) => (await runQuery(running, { session, statement, work })).scans, {
    canRepeat: true,
  });
  const [[count] = []] = await session.rows(`SELECT count(*) FROM ${table}`);
  return Number(count);
}

/** Answers the first rows, as a task report shows them. */
async function answerFirst(
  running: RunningJob,
  session: DuckdbSession,
  table: string,
  destination: FilesDestination,
): Promise<void> {
  const { columns } = running.job;
  const first = `SELECT * FROM ${table} LIMIT ${destination.reportRows}`;
  for await (const batch of session.stream(resultSql(first, columns, destination))) {
    await running.sendRows(batch);
  }
}

function writeFileSql(running: RunningJob, destination: FilesDestination, part: string, file: string): string {
  const { columns } = running.job;
  if (destination.format === 'parquet') return writeResultFileSql(columns, part, file);
  return writeCsvFileSql(columns, resultSql(`SELECT * ${part}`, columns, destination), file);
}

/** Writes the rows of a query to files of so many rows each, in their order. */
export async function writeFiles(running: RunningJob, destination: FilesDestination): Promise<JobSummary> {
  const { progress } = running;
  const reading = progress.addStage();
  const writing = progress.addStage();
  const session = await running.openSession();
  const table = running.newTable();
  const rows = await progress.during(reading, () => stage(running, session, table, destination, reading));
  reading.output.rows = rows;
  const files: WrittenFile[] = [];
  const uploads = new Uploads(running.signal);
  await progress.during(writing, async () => {
    writing.inputs = [{ rows, bytes: reading.output.bytes, files: 0, totalFiles: 0 }];
    if (destination.reportRows > 0) await answerFirst(running, session, table, destination);
    try {
      const least = destination.format === 'csv' ? 1 : 0;
      for (let start = 0; start < rows || files.length < least; start += destination.rowsPerFile) {
        running.throwIfCanceled();
        const end = Math.min(start + destination.rowsPerFile, rows);
        const part = `FROM ${table} WHERE rowid >= ${start} AND rowid < ${end}`;
        const name = `${destination.baseName}-worker0-partition${files.length}.${destination.format}`;
        const file = path.join(destination.directory, name);
        await session.run(writeFileSql(running, destination, part, file));
        const bytes = (await stat(file)).size;
        files.push({ name, rows: end - start, bytes });
        writing.output.rows += end - start;
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
