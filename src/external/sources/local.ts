import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { ExternalReadError } from '../errors.js';
import type { LocalSource } from '../source-spec.js';

/** A file of the user's and the path without symbolic links that it is read by. */
export interface LocalFile {
  readonly source: string;
  readonly path: string;
}

/** The expression of a wildcard as Apache Commons' WildcardFileFilter has it: `*` any characters, `?` one. */
export function wildcardPattern(wildcard: string): RegExp {
  const escaped = wildcard.replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}

const isInside = (file: string, directory: string): boolean => {
  const relative = path.relative(directory, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
};

/** Resolves symbolic links and refuses what then lies outside of the allowed directories. */
async function resolveAllowed(file: string, allowed: readonly string[] | undefined): Promise<string> {
  const absolute = path.resolve(file);
  const refuse = (): never => {
    throw new ExternalReadError(`Path [${file}] is outside of the allowed directories (setting allowedDirectories)`);
  };
  let real: string;
  try {
    real = await realpath(absolute);
  } catch (cause) {
    if (allowed && !allowed.some((directory) => isInside(absolute, path.resolve(directory)))) refuse();
    throw new ExternalReadError(`Path [${file}] does not exist or cannot be read`, { cause });
  }
  if (!allowed) return real;
  for (const directory of allowed) {
    const realDirectory = await realpath(directory).catch(() => undefined);
    if (realDirectory !== undefined && isInside(real, realDirectory)) return real;
  }
  return refuse();
}

async function listDirectory(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/**
 * Lists the files of a local source, sorted: those of the directory, all levels down, and the ones named.
 * @throws ExternalReadError for paths that do not exist or are not allowed
 */
export async function listLocalFiles(
  source: LocalSource,
  allowed: readonly string[] | undefined,
): Promise<readonly LocalFile[]> {
  const found: LocalFile[] = [];
  if (typeof source.baseDir === 'string') {
    const pattern = wildcardPattern(source.filter ?? '*');
    const directory = await resolveAllowed(source.baseDir, allowed);
    if (!(await stat(directory)).isDirectory()) {
      throw new ExternalReadError(`baseDir [${source.baseDir}] is not a directory`);
    }
    const names = (await listDirectory(directory)).filter((file) => pattern.test(path.basename(file)));
    for (const file of names.sort()) {
      const real = await resolveAllowed(file, allowed);
      const shown = path.join(source.baseDir, path.relative(directory, file));
      if ((await stat(real)).isFile()) found.push({ source: shown, path: real });
    }
  }
  for (const file of source.files ?? []) {
    const real = await resolveAllowed(file, allowed);
    if (!(await stat(real)).isFile()) throw new ExternalReadError(`Path [${file}] is not a file`);
    found.push({ source: file, path: real });
  }
  return [...new Map(found.map((file) => [file.path, file])).values()];
}
