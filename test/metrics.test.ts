import { expect, test } from 'vitest';
import { inlineSql } from './support/inline-sql.js';
import { useServer } from './support/suite.js';

const suite = useServer(['--task-slots', '3']);

const metrics = async (): Promise<ReadonlyMap<string, number>> => {
  const { text } = await suite.api.get('/metrics');
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
};

test('/metrics counts tasks, rows, bytes, requests and memory', async () => {
  const rows = Array.from({ length: 5 }, (_, x) => ({ x }));
  const insert = `INSERT INTO "m" SELECT TIMESTAMP '2024-01-01' AS "__time", "x" FROM ${inlineSql(rows, { x: 'long' })} PARTITIONED BY DAY`;
  await suite.api.ingest(insert);
  await suite.api.task(`INSERT INTO "m" SELECT TIME_PARSE('x') AS "__time", 1 AS "x" PARTITIONED BY DAY`);
  const read = await suite.api.until(
    metrics,
    (each) => each.get('millrace_tasks_total{type="query_controller",status="FAILED"}') === 1,
  );
  expect(read.get('millrace_tasks_total{type="query_controller",status="SUCCESS"}')).toBe(1);
  expect(read.get('millrace_task_duration_seconds_count{type="query_controller",status="SUCCESS"}')).toBe(1);
  expect(read.get('millrace_rows_written_total')).toBe(5);
  expect(read.get('millrace_rows_read_total')).toBeGreaterThanOrEqual(5);
  expect(read.get('millrace_bytes_read_total')).toBeGreaterThan(0);
  expect(read.get('millrace_task_slots')).toBe(3);
  expect(read.get('millrace_tasks_running')).toBe(0);
  expect(read.get('millrace_tasks_waiting')).toBe(0);
  expect(read.get('millrace_segments')).toBe(1);
  expect(read.get('millrace_segment_bytes')).toBeGreaterThan(0);
  expect(read.get('process_resident_memory_bytes')).toBeGreaterThan(0);
  expect(
    read.get('millrace_http_request_duration_seconds_count{method="POST",route="/druid/v2/sql/task",status="202"}'),
  ).toBe(2);
});
