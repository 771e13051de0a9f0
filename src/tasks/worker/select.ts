import { resultSql } from '../../engine/duckdb/index.js';
import type { RunningJob } from './job.js';
import { runQuery } from './passes.js';
import { queryWithoutNullBytes } from './row-checks.js';
import type { JobSummary, ResultsDestination } from './protocol.js';
import type { StageCounters } from './progress.js';
import { createInputs } from './inputs.js';

type Batches = AsyncIterable<readonly (readonly unknown[])[]>;

/** Sends rows up to the most that are wanted; answers whether there were more. */
async function sendBatches(
  running: RunningJob,
  stage: StageCounters,
  batches: Batches,
  most: number,
): Promise<boolean> {
  for await (const batch of batches) {
    const room = most - stage.output.rows;
    const rows = batch.length > room ? batch.slice(0, room) : batch;
    if (rows.length > 0) await running.sendRows(rows);
    stage.output.rows += rows.length;
    if (batch.length > room) return true;
  }
  return false;
}

/** Answers the rows of a query, batch by batch, as fast as the server takes them. */
export async function select(running: RunningJob, destination: ResultsDestination): Promise<JobSummary> {
  const { job, progress } = running;
  const stage = progress.addStage();
  let truncated = false as boolean;
  await progress.during(stage, async () => {
    const session = await running.openSession();
    // Rows that the query leaves unordered come as they stand in the data.
    await session.run('SET preserve_insertion_order = true');
    const inputs = await createInputs(running, session, stage);
    await inputs.reading(async (statement) => {
      const work = async (read: string): Promise<void> => {
        const query = destination.removeNullBytes ? queryWithoutNullBytes(read, job.columns) : read;
        const batches = session.stream(resultSql(query, job.columns, destination));
        truncated = await sendBatches(running, stage, batches, destination.maxRows ?? Infinity);
      };
      if (destination.skipsCounters === true) {
        await work(statement(job.sql));
        return [];
      }
      const canRepeat = (): boolean => stage.output.rows === 0;
      const { outputBytes, scans } = await runQuery(running, { session, statement, work, canRepeat });
      stage.output.bytes = outputBytes;
      return scans;
    });
  });
  return { stages: progress.snapshot(), rows: stage.output.rows, ...(truncated && { truncated }) };
}
