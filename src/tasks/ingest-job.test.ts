import { describe, expect, test } from 'vitest';
import { readContext } from '../msq/context.js';
import { ETERNITY } from '../segments/index.js';
import type { IngestStatement } from '../sql/plan/index.js';
import { TIMESTAMP, VARCHAR } from '../sql/types.js';
import type { CompiledStatement } from './compile.js';
import { checkInputSegments, checkStatementLimits, replacedIntervals, segmentReport } from './ingest-job.js';
import type { JobRelation } from './worker/protocol.js';

const plan = { kind: 'values', rows: [], fields: [] } as const;
const column = (fieldId: number) => ({ fieldId, name: `c${fieldId}`, type: VARCHAR });

const statement = (part: Partial<IngestStatement> = {}): IngestStatement => ({
  kind: 'insert',
  dataSource: 'd',
  plan,
  columns: [{ fieldId: 0, name: '__time', type: TIMESTAMP }],
  partitionedBy: { kind: 'all' },
  clusteredBy: [],
  ...part,
});

const compiled = (of: IngestStatement, context = {}): CompiledStatement => ({
  sql: '',
  statement: of,
  reads: [],
  rawContext: context,
  context: readContext(context, { maxNumTasks: 2 }),
  engine: 'duckdb',
  emitted: { sql: '', relations: [] },
  hideSecrets: (value) => value,
});

describe('checkStatementLimits', () => {
  const columns = Array.from({ length: 2_001 }, (_, id) => column(id));

  test('columns', () => {
    checkStatementLimits(compiled(statement({ columns: columns.slice(1) })));
    expect(() => {
      checkStatementLimits(compiled(statement({ columns })));
    }).toThrow('Too many output columns (requested = 2001, max = 2000)');
  });

  test('columns of CLUSTERED BY, the time chunk counted', () => {
    const clusteredBy = columns.slice(0, 1_500).map(({ name }) => ({ column: name, descending: false }));
    checkStatementLimits(compiled(statement({ clusteredBy: clusteredBy.slice(1) })));
    expect(() => {
      checkStatementLimits(compiled(statement({ clusteredBy })));
    }).toThrow('Too many cluster by columns present in stage [0] (requested = 1501, max = 1500)');
  });
});

test('checkInputSegments counts for each worker', () => {
  const segments = Array.from({ length: 10_001 }) as Extract<JobRelation, { kind: 'segments' }>['segments'];
  const relations: JobRelation[] = [{ kind: 'segments', name: 'r', columns: [], segments }];
  checkInputSegments(relations, compiled(statement(), { maxNumTasks: 3 }));
  expect(() => {
    checkInputSegments(relations, compiled(statement(), { maxNumTasks: 2 }));
  }).toThrow('Too many input files/segments [10001] encountered');
});

test('replacedIntervals', () => {
  expect(replacedIntervals(statement())).toBeUndefined();
  expect(replacedIntervals(statement({ kind: 'replace', overwrite: 'all' }))).toEqual([ETERNITY]);
  const overwrite = [{ start: 0, end: 5 }];
  expect(replacedIntervals(statement({ kind: 'replace', overwrite }))).toEqual(overwrite);
});

test('segmentReport tells numbered from range shard specs', () => {
  expect(segmentReport(statement(), [])).toMatchObject({ shardSpec: 'NumberedShardSpec', count: 0 });
  const segment = {
    dataSource: 'd',
    interval: ETERNITY,
    version: 'v',
    shardSpec: {
      type: 'range',
      dimensions: ['x'],
      start: null,
      end: null,
      partitionNum: 0,
      numCorePartitions: 1,
    },
    loadSpec: { type: 'tombstone' },
    columns: [],
    sortedBy: [],
    rows: 0,
    size: 0,
  } as const;
  expect(segmentReport(statement({ kind: 'replace', overwrite: 'all' }), [segment])).toEqual({
    shardSpec: 'DimensionRangeShardSpec',
    details: "Using 'range' shard specs on the CLUSTERED BY fields [x].",
    count: 1,
  });
});
