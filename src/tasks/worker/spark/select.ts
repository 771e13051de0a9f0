import { resultSql, type SparkSession } from '../../../engine/spark/index.js';
import type { RunningJob } from '../job.js';
import type { JobSummary, ResultsDestination } from '../protocol.js';
import { queryWithoutNullBytes } from '../row-checks.js';
import { createSparkInputs } from './inputs.js';
import { rowChecks } from './row-checks.js';

/** Answers the rows of a query, batch by batch, as fast as the server takes them. */
export async function selectOnSpark(
  running: RunningJob,
  session: SparkSession,
  destination: ResultsDestination,
): Promise<JobSummary> {
  const { job, progress } = running;
  const stage = progress.addStage();
  const most = destination.maxRows ?? Infinity;
  let truncated = false as boolean;
  await progress.during(stage, async () => {
    const inputs = await createSparkInputs(running, session, stage);
    const query = destination.removeNullBytes ? queryWithoutNullBytes(job.sql, job.columns, rowChecks) : job.sql;
    const sql = resultSql(query, job.columns, destination);
    const read = async (): Promise<void> => {
      for await (const batch of session.stream(inputs.withRelations(sql), inputs.listener)) {
        const room = most - stage.output.rows;
        truncated = batch.length > room;
        const rows = truncated ? batch.slice(0, room) : batch;
        if (rows.length > 0) await running.sendRows(rows);
        stage.output.rows += rows.length;
        if (truncated) break;
      }
    };
    // Spark counts rows twice that it scans once more to find out how to divide their order.
    await (job.ordered && destination.skipsCounters !== true ? inputs.counting(read) : read());
    inputs.finish(truncated ? undefined : stage.output.rows);
    await inputs.countProblems();
  });
  return { stages: progress.snapshot(), rows: stage.output.rows, ...(truncated && { truncated }) };
}
