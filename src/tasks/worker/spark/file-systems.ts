import type { SparkSession } from '../../../engine/spark/index.js';
import { hadoopSettings, type S3Connection } from '../../../transfer/index.js';

/** Hadoop's setting of HDFS: a namenode that does not answer is asked twice, not for three quarters of an hour. */
const hdfsSettings = { 'ipc.client.connect.max.retries.on.timeouts': '1' } as const;

/** How a session reads objects where they are. */
export interface RemoteFiles {
  /** Options of a view of such objects. */
  readonly fileSystem: Readonly<Record<string, string>>;
  /** Whether the cluster can read what lies where this object does; asked for once a bucket. */
  canRead(uri: string): Promise<boolean>;
}

/** Objects on S3 as the cluster reaches them, where it has the file system and credentials. */
export function openRemoteFiles(session: SparkSession, connection: S3Connection): RemoteFiles {
  const fileSystem = { ...hadoopSettings(connection), ...hdfsSettings };
  const reached = new Map<string, Promise<boolean>>();
  const reaches = async (uri: string): Promise<boolean> => {
    try {
      // Making the view looks for the object, by the file system and the credentials of the cluster, and reads nothing.
      const view = { name: 'reached', format: 'text', schema: 'value STRING', options: fileSystem } as const;
      await session.createView({ ...view, paths: [uri] });
      return true;
    } catch {
      return false;
    }
  };
  return {
    fileSystem,
    canRead(uri) {
      const [bucket = uri] = /^\w+:\/\/[^/]+/.exec(uri) ?? [];
      const known = reached.get(bucket) ?? reaches(uri);
      reached.set(bucket, known);
      return known;
    },
  };
}
