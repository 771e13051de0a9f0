import { readFileSync } from 'node:fs';

/**
 * Bytes that this process has read so far, from disks and from their cache; undefined where the operating system does not
 * count them.
 */
export function bytesRead(): number | undefined {
  try {
    const count = /^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}
