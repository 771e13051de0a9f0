import { ingest } from './ingest.js';
import type { RunningJob } from './job.js';
import type { JobSummary } from './protocol.js';
import { select } from './select.js';

/** Runs a job to its end. Throws EngineError or FaultError; whoever started the job ends it. */
export function runJob(running: RunningJob): Promise<JobSummary> {
  const { destination } = running.job;
  return destination.kind === 'results' ? select(running, destination) : ingest(running, destination);
}
