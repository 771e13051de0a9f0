/** The entry of a DuckDB process, started by `child_process.fork` with `serialization: 'advanced'`. */
import { JobProcess } from './process.js';
import type { FromProcess, ToProcess } from './protocol.js';

/** Milliseconds that DuckDB gets to stop what it is doing before the process ends regardless. */
const EXIT_GRACE_MS = 1_000;

function send(message: FromProcess): void {
  if (process.connected) process.send?.(message);
}

const jobs = new JobProcess(send);

/** Node waits at its exit for native work that still runs, so a statement that ignores its interruption is cut off. */
async function exit(): Promise<void> {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), EXIT_GRACE_MS).unref();
  await jobs.close();
  process.exit(0);
}

process.on('message', (message: ToProcess) => {
  if (message.type === 'exit') void exit();
  else void jobs.handle(message);
});
// The server is gone or has let go of this process: nobody would ever read its answers.
process.on('disconnect', () => void exit());
// Signals of a terminal reach the whole group; the server decides when its processes end.
process.on('SIGINT', () => undefined);
