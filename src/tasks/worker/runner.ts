import { writeFiles } from './files.js';
import { ingest } from './ingest.js';
import type { RunningJob } from './job.js';
import type { JobSummary } from './protocol.js';
import { select } from './select.js';

/** Runs a job to its end. Throws EngineError or FaultError; whoever started the job ends it. */
export async function runJob(running: RunningJob): Promise<JobSummary> {
  if (running.job.spark) {
    // Loaded when it is needed: most processes never speak to Spark.
    const { runSparkJob } = await import('./spark/runner.js');
    return runSparkJob(running, running.job.spark);
  }
  const { destination } = running.job;
  switch (destination.kind) {
    case 'results':
      return select(running, destination);
    case 'files':
      return writeFiles(running, destination);
    case 'segments':
      return ingest(running, destination);
  }
}
