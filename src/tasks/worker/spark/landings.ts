/** Where the executors write segments, and how the files come from there to their places in deep storage. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SparkSession } from '../../../engine/spark/index.js';
import type { UploadTarget } from '../../../storage/file-store.js';
import {
  copyObject,
  deleteObjects,
  describeS3Error,
  hadoopSettings,
  hadoopUri,
  listObjects,
  openS3,
  s3Uri,
  type ListedObject,
} from '../../../transfer/index.js';
import type { RunningJob } from '../job.js';
import type { AllocatedSegment } from '../protocol.js';
import { Uploads } from '../uploads.js';
import { moveFile } from './files.js';

/** A directory in which the executors make a folder for each segment, with one file in it. */
export interface Landing {
  /** As Spark names it; it does not exist yet. */
  readonly directory: string;
  /** Options of the statement that writes. */
  readonly options: Readonly<Record<string, string>>;
  /** Brings the file of a folder to a segment's place; answers its bytes. `onPushed` is called when it is there. */
  put(folder: string, place: AllocatedSegment, onPushed: () => void): Promise<number>;
  /** Waits for what is on its way, and leaves nothing behind. */
  finish(): Promise<void>;
}

function onlyFile<T>(files: readonly T[]): T {
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new Error(`Spark wrote ${files.length} files for a segment instead of one`);
  }
  return file;
}

/** A directory that executors and this process share; files on S3 are uploaded from it. */
function sharedLanding(running: RunningJob): Landing {
  const directory = path.join(running.directory, 'spark', 'segments');
  const uploads = new Uploads(running.signal);
  return {
    directory,
    options: {},
    async put(folder, place, onPushed) {
      const within = path.join(directory, folder);
      const name = onlyFile((await readdir(within)).filter((each) => each.endsWith('.parquet')));
      await moveFile(path.join(within, name), place.path);
      const { size } = await stat(place.path);
      if (place.upload) await uploads.add(place.path, place.upload, onPushed);
      else onPushed();
      return size;
    },
    finish: () => uploads.finish(),
  };
}

/** Beside a segment's place: below it executors write, and nothing of it stays. */
const prefixBeside = ({ key }: UploadTarget): string => `${key}.written/`;

/** A prefix beside a segment's place, from which S3 itself copies the objects: the data stay within the store. */
async function s3Landing(at: UploadTarget): Promise<Landing> {
  const { connection, bucket } = at;
  const client = await openS3(connection);
  const rows = `${prefixBeside(at)}rows`;
  let written: Promise<readonly ListedObject[]> | undefined;
  const list = async (): Promise<readonly ListedObject[]> => {
    const objects: ListedObject[] = [];
    for await (const object of listObjects(client, bucket, prefixBeside(at))) objects.push(object);
    return objects;
  };
  const reached = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw new Error(`Placing segments in [${s3Uri(at)}] failed: ${describeS3Error(error)}`, {
        cause: error,
      });
    }
  };
  return {
    directory: hadoopUri({ bucket, key: rows }),
    options: hadoopSettings(connection),
    async put(folder, place, onPushed) {
      written ??= reached(list());
      const found = (await written).filter(
        (object) => object.key.startsWith(`${rows}/${folder}/`) && object.key.endsWith('.parquet'),
      );
      const object = onlyFile(found);
      if (!place.upload) throw new Error('A segment on S3 has no place there');
      await reached(copyObject(client, object, place.upload));
      onPushed();
      return object.size;
    },
    async finish() {
      try {
        const left = await reached(list());
        await reached(
          deleteObjects(
            client,
            bucket,
            left.map((object) => object.key),
          ),
        );
      } finally {
        client.destroy();
      }
    },
  };
}

/** Whether the cluster can write where the rows of segments are to land: it writes a file of no rows beside them. */
async function canWrite(session: SparkSession, at: UploadTarget): Promise<boolean> {
  const path = hadoopUri({ bucket: at.bucket, key: `${prefixBeside(at)}probe` });
  try {
    await session.write({
      sql: 'SELECT 1 AS one WHERE false',
      path,
      partitionBy: [],
      options: hadoopSettings(at.connection),
    });
    return true;
  } catch {
    return false;
  }
}

/** Straight into deep storage where that is on S3 and the cluster can write there, else by way of the task's directory. */
export async function openLanding(
  running: RunningJob,
  session: SparkSession,
  places: readonly AllocatedSegment[],
): Promise<Landing> {
  const upload = places[0]?.upload;
  return upload && (await canWrite(session, upload)) ? s3Landing(upload) : sharedLanding(running);
}
