import type { RunningJob } from '../job.js';
import type { JobSummary, SparkServer } from '../protocol.js';
import { writeFilesOnSpark } from './files.js';
import { ingestOnSpark } from './ingest.js';
import { selectOnSpark } from './select.js';
import { withSparkSession } from './sessions.js';

/** Runs a job on a Spark server. Throws EngineError or FaultError; whoever started the job ends it. */
export async function runSparkJob(running: RunningJob, server: SparkServer): Promise<JobSummary> {
  const { destination } = running.job;
  switch (destination.kind) {
    case 'results':
      return withSparkSession(running, server, (session) => selectOnSpark(running, session, destination));
    case 'files':
      return withSparkSession(running, server, (session) => writeFilesOnSpark(running, session, destination));
    case 'segments':
      return withSparkSession(running, server, (session) => ingestOnSpark(running, session, destination));
  }
}
