import type { SparkSession } from '../../../engine/spark/index.js';
import { isPlainUri } from '../../../external/index.js';
import { sparkSegments, type SegmentsToRead } from '../../../segments/index.js';
import { hadoopUri } from '../../../transfer/index.js';
import type { RunningJob } from '../job.js';
import type { JobRelation } from '../protocol.js';
import { openRemoteFiles } from './file-systems.js';

type Segments = Extract<JobRelation, { kind: 'segments' | 'remoteSegments' }>;

/** Segments with paths of Spark's, and the options by which it reads them. */
interface PlacedSegments extends SegmentsToRead {
  readonly fileSystem?: Readonly<Record<string, string>>;
}

/** Where executors read segments: in deep storage where they reach it, else in copies that the server makes. */
async function place(running: RunningJob, session: SparkSession, relation: Segments): Promise<PlacedSegments> {
  if (relation.kind === 'segments') return relation;
  const { name, columns, segments } = relation;
  const [first] = segments;
  if (!first) return { columns, segments: [] };
  const placed = segments.map(({ segment, object }) => ({ segment, path: hadoopUri(object) }));
  if (placed.every(({ path }) => isPlainUri(path))) {
    const { canRead, fileSystem } = openRemoteFiles(session, first.object.connection);
    if (await canRead(hadoopUri(first.object))) return { columns, segments: placed, fileSystem };
  }
  const paths = await running.open(name);
  return { columns, segments: segments.map(({ segment }, index) => ({ segment, path: paths[index] ?? '' })) };
}

/** Gives segments' files names in the session; answers the query over them. */
export async function createSegments(running: RunningJob, session: SparkSession, relation: Segments): Promise<string> {
  const { fileSystem, ...placed } = await place(running, session, relation);
  const { sql, files } = sparkSegments(relation.name, placed);
  for (const { name, schema, paths } of files) {
    await session.createView({ name, format: 'parquet', schema, paths, ...(fileSystem && { options: fileSystem }) });
  }
  return sql;
}
