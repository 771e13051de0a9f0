import { FaultError } from '../../msq/fault.js';
import { faults } from '../../msq/faults.js';
import type { RunningJob } from './job.js';
import { rowGroupWithin } from './memory.js';
import { sortValues } from './multi-values.js';
import type { JobSummary, SegmentsDestination } from './protocol.js';
import { writeSegments } from './segment-writer.js';
import { divideRows } from './segmentation.js';
import { stageRows } from './staging.js';
import { storedColumn, storedColumns } from './stored-columns.js';

/**
 * Names of the columns that the rows of a segment are sorted by, first to last (Druid's
 * SegmentGenerationUtils.makeDimensionsAndAggregatorsForIngestion, without the columns that nobody named).
 */
export function sortOrder({
  segmentSortOrder,
  forceSegmentSortByTime = true,
  clusteredBy,
}: SegmentsDestination): readonly string[] {
  const keys = clusteredBy.map(({ column }) => column);
  return [...new Set([...segmentSortOrder, ...(forceSegmentSortByTime ? ['__time'] : []), ...keys, '__time'])];
}

/**
 * Turns the rows of a query into segments. Stage 0 computes the rows and keeps them with their time chunks; stage 1
 * divides them into segments, has places allocated and writes the files.
 */
export async function ingest(running: RunningJob, destination: SegmentsDestination): Promise<JobSummary> {
  const { job, progress } = running;
  const reading = progress.addStage();
  const writing = progress.addStage();
  writing.segments = { rowsProcessed: 0, rowsPushed: 0, segmentsPushed: 0 };
  const columns = storedColumns(job.columns);
  const session = await running.openSession();
  // Segments are sorted anyway; without a fixed order the threads need not wait for one another.
  await session.run('SET preserve_insertion_order = false');
  const staged = await progress.during(reading, () => stageRows(running, session, destination, columns, reading));
  if (staged.rows === 0 && destination.failOnEmptyInsert) {
    throw new FaultError(faults.InsertCannotBeEmpty(destination.dataSource));
  }
  const segments = await progress.during(writing, async () => {
    writing.inputs = [{ rows: staged.rows, bytes: reading.output.bytes, files: 0, totalFiles: 0 }];
    if (staged.rows === 0) return [];
    const sortedBy = sortOrder(destination);
    const order = sortedBy.map((name) => `${storedColumn(columns, name).sqlName} ASC NULLS FIRST`);
    const { source, columns: written } = await sortValues(session, staged.table, columns);
    const segmentation = await divideRows(
      running,
      session,
      destination,
      { ...staged, source, columns: written },
      order,
    );
    const places = await running.allocate(segmentation.requests);
    const rowGroupRows = rowGroupWithin(running.settings, reading.output.bytes / staged.rows);
    const work = { destination, segmentation, columns: written, sortedBy, order, rowGroupRows };
    return writeSegments(running, work, places, writing);
  });
  return { stages: progress.snapshot(), rows: staged.rows, segments };
}
