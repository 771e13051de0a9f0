import { readdirSync, readFileSync } from 'node:fs';

/** A process's greatest resident memory so far, bytes; 0 once it is gone. */
export function peakMemory(pid: number): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(match?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function parentOf(pid: number): number {
  try {
    // The second field, in parentheses, may hold blanks; the parent follows the state after it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return Number(fields[1] ?? 0);
  } catch {
    return 0;
  }
}

/** The ids of a process and of all processes below it. */
export function processTree(root: number): readonly number[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const tree = [root];
  for (const parent of tree) tree.push(...pids.filter((pid) => parentOf(pid) === parent));
  return tree;
}

/** Watches a process tree and keeps the greatest sum of its processes' peaks. */
export function watchMemory(root: number): { stop(): number } {
  let greatest = 0;
  const look = (): void => {
    greatest = Math.max(
      greatest,
      processTree(root).reduce((total, pid) => total + peakMemory(pid), 0),
    );
  };
  const timer = setInterval(look, 50);
  return {
    stop() {
      clearInterval(timer);
      look();
      return greatest;
    },
  };
}
