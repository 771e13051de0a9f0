import type { RunningJob } from '../job.js';
import type { JobSummary, SparkServer } from '../protocol.js';
import type { SparkSession } from '../../../engine/spark/index.js';
import { namedFailure } from './failures.js';
import { writeFilesOnSpark } from './files.js';
import { ingestOnSpark } from './ingest.js';
import { selectOnSpark } from './select.js';
import { withSparkSession } from './sessions.js';

function runInSession(running: RunningJob, session: SparkSession): Promise<JobSummary> {
  const { destination } = running.job;
  switch (destination.kind) {
    case 'results':
      return selectOnSpark(running, session, destination);
    case 'files':
      return writeFilesOnSpark(running, session, destination);
    case 'segments':
      return ingestOnSpark(running, session, destination);
  }
}

/** Runs a job on a Spark server. Throws EngineError or FaultError; whoever started the job ends it. */
export async function runSparkJob(running: RunningJob, server: SparkServer): Promise<JobSummary> {
  try {
    return await withSparkSession(running, server, (session) => runInSession(running, session));
  } catch (error) {
    throw namedFailure(error, running.job);
  }
}
