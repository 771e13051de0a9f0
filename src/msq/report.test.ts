import { describe, expect, test } from 'vitest';
import { arrayOf, BIGINT, TIMESTAMP, VARCHAR } from '../sql/types.js';
import type { StageCounters } from './counters.js';
import { defineStages } from './definition.js';
import { faults } from './faults.js';
import { reportJson, type TaskProgress } from './report.js';

const fields = [{ id: 1, name: '__time', type: TIMESTAMP }];
const leaf = {
  kind: 'external',
  inputSource: { type: 'inline', data: '' },
  inputFormat: { type: 'json' },
  signature: [{ name: 't', type: VARCHAR }],
  fields,
} as const;

const stages = defineStages({
  queryId: 'query-1',
  plan: leaf,
  columns: [{ fieldId: 1, name: '__time', type: TIMESTAMP }],
  leaves: [leaf],
  destination: { kind: 'segments', dataSource: 'd', sortedBy: [{ column: '__time', descending: false }] },
  maxWorkerCount: 2,
});

const reading: StageCounters = {
  stage: 0,
  phase: 'FINISHED',
  inputs: [{ rows: 10, bytes: 100, files: 1, totalFiles: 1 }],
  output: { rows: 9, bytes: 90 },
  warnings: 1,
  startTime: 1_000,
  durationMs: 5,
  cpuNanos: 4_000_000,
};

const writing: StageCounters = {
  stage: 1,
  phase: 'READING_INPUT',
  inputs: [{ rows: 9, bytes: 90, files: 0, totalFiles: 0 }],
  output: { rows: 0, bytes: 0 },
  segments: { rowsProcessed: 9, rowsPushed: 3 },
  warnings: 0,
  startTime: 1_005,
  durationMs: 7,
  cpuNanos: 6_000_000,
};

const running: TaskProgress = {
  taskId: 'query-1',
  host: 'localhost:8888',
  state: 'RUNNING',
  warnings: [],
  startTime: 990,
  durationMs: 22,
  workers: [{ workerId: 'query-1-worker0_0', state: 'RUNNING', durationMs: 12, pendingMs: 1 }],
  pendingTasks: 0,
  runningTasks: 2,
  stages,
  counters: [reading, writing],
};

// The report is JSON; its shape is what is tested.
const payload = (task: TaskProgress) => {
  const report = JSON.parse(JSON.stringify(reportJson(task)));
  expect(report.multiStageQuery).toMatchObject({ type: 'multiStageQuery', taskId: task.taskId });
  return report.multiStageQuery.payload;
};

describe('reportJson', () => {
  test('tells of a running task', () => {
    expect(payload(running)).toMatchObject({
      status: {
        status: 'RUNNING',
        warningReports: [],
        startTime: '1970-01-01T00:00:00.990Z',
        durationMs: 22,
        workers: { '0': [{ workerId: 'query-1-worker0_0', state: 'RUNNING', durationMs: 12, pendingMs: 1 }] },
        pendingTasks: 0,
        runningTasks: 2,
      },
      stages: [
        {
          stageNumber: 0,
          phase: 'FINISHED',
          workerCount: 1,
          partitionCount: 1,
          shuffle: 'globalSort',
          sort: true,
          startTime: '1970-01-01T00:00:01.000Z',
          duration: 5,
          definition: {
            id: 'query-1_0',
            input: [{ type: 'external', signature: [{ name: 't', type: 'STRING' }] }],
            processor: { type: 'scan' },
            signature: [{ name: '__time', type: 'LONG' }],
          },
        },
        {
          stageNumber: 1,
          phase: 'READING_INPUT',
          definition: {
            id: 'query-1_1',
            input: [{ type: 'stage', stage: 0 }],
            processor: { type: 'segmentGenerator' },
          },
        },
      ],
      counters: {
        '0': {
          '0': {
            input0: { type: 'channel', rows: [10], bytes: [100], files: [1], totalFiles: [1] },
            output: { type: 'channel', rows: [9], bytes: [90] },
            warnings: { type: 'warnings', CannotParseExternalData: 1 },
          },
        },
        '1': { '0': { segmentGenerationProgress: { rowsProcessed: 9, rowsPushed: 3 } } },
      },
    });
  });

  test('leaves out what is not there', () => {
    const { status, stages: shown, counters } = payload({ ...running, counters: [{ ...reading, phase: 'NEW' }] });
    expect(status).not.toHaveProperty('errorReport');
    expect(status).not.toHaveProperty('segmentReport');
    expect(status).not.toHaveProperty('warnings');
    expect(shown[1]).not.toHaveProperty('phase');
    expect(shown[0]).not.toHaveProperty('startTime');
    expect(counters).toEqual({});
  });

  test('names the stage that failed', () => {
    const { status, stages: shown } = payload({
      ...running,
      state: 'FAILED',
      failure: { stageNumber: 1, error: faults.InsertTimeNull() },
    });
    expect(status.errorReport).toEqual({
      taskId: 'query-1',
      host: 'localhost:8888',
      stageNumber: 1,
      error: faults.InsertTimeNull(),
    });
    expect(shown.map(({ phase }: { phase: string }) => phase)).toEqual(['FINISHED', 'FAILED']);
  });

  test('shows at most ten warnings, under both names', () => {
    const warnings = Array.from({ length: 12 }, () => ({ error: faults.CannotParseExternalData('x') }));
    const { status } = payload({ ...running, warnings });
    expect(status.warnings).toHaveLength(10);
    expect(status.warningReports).toEqual(status.warnings);
  });

  test('before its start a task has no duration', () => {
    const { startTime: _, ...pending } = running;
    expect(payload({ ...pending, counters: [] }).status).toMatchObject({ durationMs: -1 });
  });

  test('holds rows of a SELECT as JSON', () => {
    const { results } = payload({
      ...running,
      state: 'SUCCESS',
      results: {
        columns: [
          { name: 'n', type: BIGINT },
          { name: 'a', type: arrayOf(VARCHAR) },
        ],
        rows: [
          [1n, ['x', null]],
          [9223372036854775807n, null],
          [Number.POSITIVE_INFINITY, []],
        ],
        truncated: true,
      },
    });
    expect(results).toEqual({
      signature: [
        { name: 'n', type: 'LONG' },
        { name: 'a', type: 'ARRAY<STRING>' },
      ],
      sqlTypeNames: ['BIGINT', 'ARRAY'],
      results: [
        [1, ['x', null]],
        ['9223372036854775807', null],
        ['Infinity', []],
      ],
      resultsTruncated: true,
    });
  });

  test('says what was published', () => {
    const { status } = payload({
      ...running,
      state: 'SUCCESS',
      waitUntilSegmentsLoad: true,
      segments: { shardSpec: 'NumberedShardSpec', details: 'why', count: 2, published: true, publishedAt: 2_000 },
    });
    expect(status.segmentReport).toEqual({ shardSpec: 'NumberedShardSpec', details: 'why' });
    expect(status.segmentLoadWaiterStatus).toMatchObject({ state: 'SUCCESS', totalSegments: 2, pendingSegments: 0 });
  });
});
