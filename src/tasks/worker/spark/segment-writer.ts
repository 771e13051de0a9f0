import { quoteIdentifier, type SparkSession } from '../../../engine/spark/index.js';
import { sparkSegmentColumns } from '../../../segments/index.js';
import type { DataSegment } from '../../../segments/segment.js';
import type { RunningJob } from '../job.js';
import type { StageCounters } from '../progress.js';
import type { AllocatedSegment, SegmentsDestination } from '../protocol.js';
import { storedColumn } from '../stored-columns.js';
import type { SparkRows } from './ingest.js';
import { openLanding } from './landings.js';
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
  const landing = await openLanding(running, session, places);
  // All rows of a segment go to one task, which writes them as one file, sorted.
  const sql = `SELECT * FROM (SELECT ${list} FROM (${segmentation.sql})) DISTRIBUTE BY ${quoteIdentifier(partition)} SORT BY ${[quoteIdentifier(partition), ...order].join(', ')}`;
  const time = storedColumn(staged.columns, '__time').sqlName;
  const segments: DataSegment[] = [];
  try {
    await session.write(
      {
        sql,
        path: landing.directory,
        partitionBy: [partition],
        options: { ...landing.options, compression: 'snappy', maxRecordsPerFile: '0' },
      },
      {
        progress(stages) {
          const tasks = stages.reduce((total, each) => total + (each.numTasks ?? 0), 0);
          const done = stages.reduce((total, each) => total + (each.numCompletedTasks ?? 0), 0);
          if (stage.segments && tasks > 0) stage.segments.rowsProcessed = Math.floor((staged.rows * done) / tasks);
        },
      },
    );
    const counts = await session.rows(
      `SELECT segment, count(*), unix_millis(min(${time})), unix_millis(max(${time})) FROM (${segmentation.sql}) GROUP BY segment`,
    );
    const countOf = new Map(counts.map(([segment, ...rest]) => [Number(segment), rest.map(Number)]));
    for (const [index, place] of places.entries()) {
      running.throwIfCanceled();
      const [rows = 0, min = 0, max = 0] = countOf.get(index) ?? [];
      const size = await landing.put(`${partition}=${index}`, place, () => {
        if (!stage.segments) return;
        stage.segments.rowsPushed += rows;
        stage.segments.segmentsPushed += 1;
      });
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
    }
  } finally {
    await landing.finish();
  }
  if (stage.segments) stage.segments.rowsProcessed = stage.segments.rowsPushed;
  if (stage.output.rows !== staged.rows) {
    throw new Error(`Spark wrote ${stage.output.rows} of ${staged.rows} rows`);
  }
  return segments;
}
