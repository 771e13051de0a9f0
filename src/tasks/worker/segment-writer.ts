import { stat } from 'node:fs/promises';
import type { DuckdbSession } from '../../engine/duckdb/index.js';
import { copySql } from '../../segments/index.js';
import type { DataSegment } from '../../segments/segment.js';
import type { RunningJob } from './job.js';
import { lacksMemory, withOneThread } from './memory.js';
import type { StageCounters } from './progress.js';
import type { AllocatedSegment, SegmentsDestination } from './protocol.js';
import type { Segmentation, Slice } from './segmentation.js';
import { storedColumn, type StoredColumn } from './stored-columns.js';
import { Uploads } from './uploads.js';

/** What is common to the segments of one job. */
export interface SegmentsToWrite {
  readonly destination: SegmentsDestination;
  readonly segmentation: Segmentation;
  readonly columns: readonly StoredColumn[];
  /** Names of the columns that the rows of a segment are sorted by. */
  readonly sortedBy: readonly string[];
  /** The same as SQL. */
  readonly order: readonly string[];
  /** Rows that a file encodes together, when DuckDB's own number would take too much memory. */
  readonly rowGroupRows: number | undefined;
}

/**
 * Writes all segments to their places, several at once: a file is encoded by one thread for the most part, so that as
 * many files as there are threads keep all of them busy. What does not fit into memory that way is written again by a
 * single thread, which needs a fraction. Answers the segments in the order of their places.
 */
export async function writeSegments(
  running: RunningJob,
  work: SegmentsToWrite,
  places: readonly AllocatedSegment[],
  stage: StageCounters,
): Promise<readonly DataSegment[]> {
  const { slices } = work.segmentation;
  if (places.length !== slices.length) {
    throw new Error(`${slices.length} segments were asked for, ${places.length} were allocated`);
  }
  const written: DataSegment[] = [];
  const uploads = new Uploads(running.signal);
  const write = async (session: DuckdbSession, index: number): Promise<void> => {
    const slice = slices[index];
    const place = places[index];
    if (!slice || !place) return;
    running.throwIfCanceled();
    const segment = await writeSegment(session, work, slice, place);
    written[index] = segment;
    count(stage, segment);
    const pushed = (): void => {
      countPushed(stage, segment);
    };
    if (place.upload) await uploads.add(place.path, place.upload, pushed);
    else pushed();
  };
  const { threads } = running.settings;
  try {
    const left = await writeTogether(running, write, [...slices.keys()], threads);
    if (left.length > 0) {
      const session = await running.openSession();
      await withOneThread(running, session, async () => {
        for (const index of left) await write(session, index);
      });
    }
  } finally {
    await uploads.finish();
  }
  return written;
}

/** Answers the numbers of the segments that did not get the memory they needed. */
async function writeTogether(
  running: RunningJob,
  write: (session: DuckdbSession, index: number) => Promise<void>,
  indexes: readonly number[],
  threads: number,
): Promise<readonly number[]> {
  const queue = [...indexes];
  const left: number[] = [];
  const writeQueued = async (): Promise<void> => {
    const session = await running.openSession();
    for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
      try {
        await write(session, index);
      } catch (error) {
        left.push(index, ...queue.splice(0));
        if (!lacksMemory(error)) throw error;
      }
    }
  };
  // Small files leave a thread idle between statements; one writer more fills these gaps.
  const writers = queue.length > 4 * threads ? threads + 1 : Math.min(queue.length, threads);
  const ends = await Promise.allSettled(Array.from({ length: writers }, writeQueued));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return left;
}

function count(stage: StageCounters, segment: DataSegment): void {
  stage.output.bytes += segment.size;
  stage.output.rows += segment.rows;
  if (stage.segments) stage.segments.rowsProcessed += segment.rows;
}

/** The segment is in deep storage. */
function countPushed(stage: StageCounters, segment: DataSegment): void {
  if (!stage.segments) return;
  stage.segments.rowsPushed += segment.rows;
  stage.segments.segmentsPushed += 1;
}

async function writeSegment(
  session: DuckdbSession,
  work: SegmentsToWrite,
  slice: Slice,
  place: AllocatedSegment,
): Promise<DataSegment> {
  const rows = `FROM ${work.segmentation.source} WHERE ${slice.condition}`;
  await session.run(copySql(work.columns, `${rows} ORDER BY ${work.order.join(', ')}`, place.path, work.rowGroupRows));
  const { size } = await stat(place.path);
  let { timeRange } = slice;
  if (!timeRange) {
    const time = storedColumn(work.columns, '__time').sqlName;
    const [[min, max] = []] = await session.rows(`SELECT epoch_ms(min(${time})), epoch_ms(max(${time})) ${rows}`);
    timeRange = { min: Number(min), max: Number(max) };
  }
  return {
    dataSource: work.destination.dataSource,
    interval: place.interval,
    version: place.version,
    shardSpec: place.shardSpec,
    loadSpec: place.loadSpec,
    columns: work.columns.map(({ name, type }) => ({ name, type })),
    sortedBy: work.sortedBy,
    rows: slice.rows,
    size,
    timeRange,
  };
}
