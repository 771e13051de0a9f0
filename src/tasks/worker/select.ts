import { resultSql } from '../../engine/duckdb/index.js';
import type { RunningJob } from './job.js';
import { Profiler } from './profile.js';
import type { JobSummary, ResultsDestination } from './protocol.js';
import { createInputs } from './inputs.js';

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
    const profiler = new Profiler(session, running.directory, 'select');
    await inputs.reading(async () => {
      await profiler.start();
      for await (const batch of session.stream(
        resultSql(inputs.sql, job.columns, { stringifyArrays: destination.stringifyArrays }),
      )) {
        const room = (destination.maxRows ?? Infinity) - stage.output.rows;
        truncated = batch.length > room;
        const rows = truncated ? batch.slice(0, room) : batch;
        if (rows.length > 0) await running.sendRows(rows);
        stage.output.rows += rows.length;
        if (truncated) break;
      }
      const profile = await profiler.finish();
      stage.output.bytes = profile.outputBytes;
      return profile.scans;
    });
  });
  return { stages: progress.snapshot(), rows: stage.output.rows, ...(truncated && { truncated }) };
}
