import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { quoteIdentifier, type SparkSession } from '../../../engine/spark/index.js';
import { sparkSegmentColumns } from '../../../segments/index.js';
import type { DataSegment } from '../../../segments/segment.js';
import type { RunningJob } from '../job.js';
import type { StageCounters } from '../progress.js';
import type { AllocatedSegment, SegmentsDestination } from '../protocol.js';
import { storedColumn } from '../stored-columns.js';
import { Uploads } from '../uploads.js';
import { moveFile } from './files.js';
import type { SparkRows } from './ingest.js';
import type { SparkSegmentation } from './segmentation.js';

interface SegmentsToWrite {
  readonly destination: SegmentsDestination;
  readonly staged: SparkRows;
  readonly segmentation: SparkSegmentation;
  /** Names of the columns that the rows of a segment are sorted by. */
  readonly sortedBy: readonly string[];
}

/** A name for the column by which Spark makes a directory for each segment: none of the segments' own. */
function partitionColumn(names: readonly string[]): string {
  const taken = new Set(names.map((name) => name.toLowerCase()));
  let name = 'segment';
  for (let number = 2; taken.has(name); number += 1) name = `segment_${number}`;
  return name;
}

/** The one file that the executors wrote for a segment. */
async function writtenFile(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.parquet'));
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new Error(`Spark wrote ${files.length} files for a segment instead of one`);
  }
  return path.join(folder, file);
}

/**
 * Has the executors write one Parquet file for each segment, and puts the files in their places. Answers the segments in
 * the order of their places.
 */
export async function writeSegmentsOnSpark(
  running: RunningJob,
  session: SparkSession,
  { destination, staged, segmentation, sortedBy }: SegmentsToWrite,
  places: readonly AllocatedSegment[],
  stage: StageCounters,
): Promise<readonly DataSegment[]> {
  if (places.length !== segmentation.segments) {
    throw new Error(`${segmentation.segments} segments were asked for, ${places.length} were allocated`);
  }
  const written = sparkSegmentColumns(staged.columns);
  const partition = partitionColumn(written.map(({ name }) => name));
  const nameOf = new Map(staged.columns.map(({ name }, index) => [name, written[index]?.name ?? name]));
  const order = sortedBy.map((name) => `${quoteIdentifier(nameOf.get(name) ?? name)} ASC NULLS FIRST`);
  const list = [
    ...written.map(({ name, sql }) => `${sql} AS ${quoteIdentifier(name)}`),
    `segment AS ${quoteIdentifier(partition)}`,
  ].join(', ');
  const directory = path.join(running.directory, 'spark', 'segments');
  // All rows of a segment go to one task, which writes them as one file, sorted.
  const sql = `SELECT * FROM (SELECT ${list} FROM (${segmentation.sql})) DISTRIBUTE BY ${quoteIdentifier(partition)} SORT BY ${[quoteIdentifier(partition), ...order].join(', ')}`;
  await session.write(
    { sql, path: directory, partitionBy: [partition], options: { compression: 'snappy', maxRecordsPerFile: '0' } },
    {
      progress(stages) {
        const tasks = stages.reduce((total, each) => total + (each.numTasks ?? 0), 0);
        const done = stages.reduce((total, each) => total + (each.numCompletedTasks ?? 0), 0);
        if (stage.segments && tasks > 0) stage.segments.rowsProcessed = Math.floor((staged.rows * done) / tasks);
      },
    },
  );
  const time = storedColumn(staged.columns, '__time').sqlName;
  const counts = await session.rows(
    `SELECT segment, count(*), unix_millis(min(${time})), unix_millis(max(${time})) FROM (${segmentation.sql}) GROUP BY segment`,
  );
  const countOf = new Map(counts.map(([segment, ...rest]) => [Number(segment), rest.map(Number)]));
  const segments: DataSegment[] = [];
  const uploads = new Uploads(running.signal);
  try {
    for (const [index, place] of places.entries()) {
      running.throwIfCanceled();
      const file = await writtenFile(path.join(directory, `${partition}=${index}`));
      const [rows = 0, min = 0, max = 0] = countOf.get(index) ?? [];
      await moveFile(file, place.path);
      const { size } = await stat(place.path);
      segments.push({
        dataSource: destination.dataSource,
        interval: place.interval,
        version: place.version,
        shardSpec: place.shardSpec,
        loadSpec: place.loadSpec,
        columns: staged.columns.map(({ name, type }) => ({ name, type })),
        sortedBy,
        rows,
        size,
        timeRange: { min, max },
      });
      stage.output.rows += rows;
      stage.output.bytes += size;
      const pushed = (): void => {
        if (!stage.segments) return;
        stage.segments.rowsPushed += rows;
        stage.segments.segmentsPushed += 1;
      };
      if (place.upload) await uploads.add(place.path, place.upload, pushed);
      else pushed();
    }
  } finally {
    await uploads.finish();
  }
  if (stage.segments) stage.segments.rowsProcessed = stage.segments.rowsPushed;
  if (stage.output.rows !== staged.rows) {
    throw new Error(`Spark wrote ${stage.output.rows} of ${staged.rows} rows`);
  }
  return segments;
}
