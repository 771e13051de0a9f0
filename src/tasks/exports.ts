import { mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FaultError } from '../msq/fault.js';
import { faults } from '../msq/faults.js';
import type { ExportTarget } from '../sql/plan/index.js';
import {
  deleteObjects,
  describeS3Error,
  listObjects,
  openS3,
  writeObject,
  type S3Connection,
} from '../transfer/index.js';
import type { UploadTarget } from '../storage/file-store.js';
import { InvalidInputError } from './identifiers.js';

/** Names of Druid's ExportMetadataManager. */
const MANIFEST_FOLDER = '_symlink_format_manifest';
const MANIFEST_FILE = `${MANIFEST_FOLDER}/manifest`;
const META_FILE = `${MANIFEST_FOLDER}/druid_export_meta`;
const MANIFEST_VERSION = 1;

/** Where exports may go: absolute directories and `s3://bucket/prefix`. */
export type AllowedExportPaths = readonly string[];

const isInside = (inner: string, outer: string): boolean => {
  const relative = path.relative(outer, inner);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
};

/** The path without symbolic links, as far as it exists. */
async function realPathOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    const parent = path.dirname(file);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === file) throw error;
    return path.join(await realPathOf(parent), path.basename(file));
  }
}

const withSlash = (text: string): string => (text.endsWith('/') ? text : `${text}/`);

const uriOf = ({ bucket, prefix }: { readonly bucket: string; readonly prefix: string }): string =>
  `s3://${bucket}/${prefix}`;

/**
 * Checks that an export may go where it wants to.
 * @throws InvalidInputError naming the destination and the setting
 */
export async function checkExportAllowed(target: ExportTarget, allowed: AllowedExportPaths): Promise<void> {
  if (target.type === 'local') {
    const { exportPath } = target;
    if (path.isAbsolute(exportPath)) {
      const real = await realPathOf(path.normalize(exportPath));
      for (const directory of allowed.filter((each) => path.isAbsolute(each))) {
        if (isInside(real, await realPathOf(directory))) return;
      }
    }
    throw new InvalidInputError(
      `The provided destination [${exportPath}] must be within a directory of the setting allowedExportPaths. ` +
        'Please reach out to the cluster admin for the allowed path.',
    );
  }
  const uri = withSlash(uriOf(target));
  if (allowed.some((each) => each.startsWith('s3://') && uri.startsWith(withSlash(each)))) return;
  throw new InvalidInputError(
    `None of the allowed prefixes matched the input path [${uriOf(target)}]. ` +
      'Please reach out to the cluster admin for the whitelisted paths for export. ' +
      'The paths are controlled via the setting allowedExportPaths.',
  );
}

/** A destination that is written to, once: files first, then the manifest that names them. */
export interface ExportDestination {
  /** A directory for the files; absent where they are uploaded. */
  readonly directory?: string;
  readonly upload?: UploadTarget;
  /** Tells of the files that were written; the export is complete then. */
  writeManifest(names: readonly string[]): Promise<void>;
  /** Deletes the files whose names begin like that: what a failed export wrote. */
  remove(baseName: string): Promise<void>;
}

const notEmpty = (place: string): FaultError =>
  new FaultError(
    faults.QueryRuntimeError(
      `Found files at provided export destination[${place}]. Export is only allowed to ` +
        'an empty path. Please provide an empty path/subdirectory or move the existing files.',
    ),
  );

const unreachable = (place: string, reason: string, cause: unknown): FaultError =>
  new FaultError(
    faults.QueryRuntimeError(`Exception occurred while connecting to export destination [${place}]: ${reason}`),
    { cause },
  );

async function openLocal(exportPath: string): Promise<ExportDestination> {
  const directory = path.normalize(exportPath);
  let found: readonly string[];
  try {
    await mkdir(directory, { recursive: true });
    found = await readdir(directory);
  } catch (error) {
    throw unreachable(exportPath, (error as Error).message, error);
  }
  if (found.length > 0) throw notEmpty(exportPath);
  return {
    directory,
    async writeManifest(names) {
      await mkdir(path.join(directory, MANIFEST_FOLDER));
      const lines = names.map((name) => `file:${path.join(directory, name)}\n`).join('');
      await writeFile(path.join(directory, MANIFEST_FILE), lines);
      await writeFile(path.join(directory, META_FILE), `version: ${MANIFEST_VERSION}\n`);
    },
    async remove(baseName) {
      const own = (await readdir(directory)).filter((name) => name.startsWith(baseName));
      await Promise.all(own.map((name) => rm(path.join(directory, name), { force: true })));
    },
  };
}

async function openBucket(
  target: { readonly bucket: string; readonly prefix: string },
  connection: S3Connection,
): Promise<ExportDestination> {
  const { bucket } = target;
  const folder = withSlash(target.prefix);
  const place = uriOf(target);
  const withClient = async <T>(work: (client: Awaited<ReturnType<typeof openS3>>) => Promise<T>): Promise<T> => {
    const client = await openS3(connection);
    try {
      return await work(client);
    } catch (error) {
      throw error instanceof FaultError ? error : unreachable(place, describeS3Error(error), error);
    } finally {
      client.destroy();
    }
  };
  await withClient(async (client) => {
    const { done } = await listObjects(client, bucket, folder).next();
    if (!done) throw notEmpty(place);
  });
  return {
    upload: { connection, bucket, key: folder },
    writeManifest: (names) =>
      withClient(async (client) => {
        const lines = names.map((name) => `s3://${bucket}/${folder}${name}\n`).join('');
        await writeObject(client, { bucket, key: folder + MANIFEST_FILE }, lines);
        await writeObject(client, { bucket, key: folder + META_FILE }, `version: ${MANIFEST_VERSION}\n`);
      }),
    remove: (baseName) =>
      withClient(async (client) => {
        const keys: string[] = [];
        for await (const { key } of listObjects(client, bucket, folder + baseName)) keys.push(key);
        await deleteObjects(client, bucket, keys);
      }),
  };
}

/**
 * Opens the destination of an export.
 * @throws FaultError when it cannot be reached or is not empty
 */
export function openExport(target: ExportTarget, connection: S3Connection): Promise<ExportDestination> {
  return target.type === 'local' ? openLocal(target.exportPath) : openBucket(target, connection);
}
