import type { MillraceClient, Statement, TaskOutcome } from '../client/index.js';
import { progressDisplay, summarize } from './task-progress.js';

/** A task that has ended well; `elapsedMs` is from submit to the end, as the caller saw it. */
export interface TimedOutcome extends TaskOutcome {
  readonly elapsedMs: number;
}

/**
 * Submits a statement as a task, shows its progress until it ends, and cancels it when the signal fires.
 * @throws TaskFailure with the fault's text
 * @throws RequestError when the server refuses the statement
 */
export async function runTask(
  client: MillraceClient,
  statement: Statement,
  options: { readonly signal: AbortSignal; readonly progress?: NodeJS.WriteStream },
): Promise<TimedOutcome> {
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const display = options.progress && progressDisplay(options.progress);
  try {
    const outcome = await client.run(statement, {
      signal: options.signal,
      ...(display && {
        onProgress: ({ report }) => {
          if (report) display.show(summarize(report), elapsed());
        },
      }),
    });
    return { ...outcome, elapsedMs: elapsed() };
  } finally {
    display?.stop();
  }
}
