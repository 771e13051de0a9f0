import { writeFiles } from './files.js';
import { ingest } from './ingest.js';
import type { RunningJob } from './job.js';
import type { JobSummary } from './protocol.js';
import { select } from './select.js';

/** Runs a job to its end. Throws EngineError or FaultError; whoever started the job ends it. */
export function runJob(running: RunningJob): Promise<JobSummary> {
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
