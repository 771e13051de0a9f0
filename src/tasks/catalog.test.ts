import { describe, expect, test } from 'vitest';
import type { DataSegment, SegmentColumn } from '../segments/segment.js';
import { BIGINT, DOUBLE, MULTI_VALUE_VARCHAR, TIMESTAMP, VARCHAR } from '../sql/types.js';
import { buildCatalog, mergeColumns } from './catalog.js';

function segment(version: string, columns: readonly SegmentColumn[]): DataSegment {
  return {
    dataSource: 'd',
    interval: { start: 0, end: 1 },
    version,
    shardSpec: { type: 'numbered', partitionNum: 0, partitions: 1 },
    loadSpec: { type: 'local', path: version },
    columns,
    sortedBy: [],
    rows: 1,
    size: 1,
  };
}

const time = { name: '__time', type: TIMESTAMP };

describe('mergeColumns', () => {
  test('begins with __time, which is never null', () => {
    const [first] = mergeColumns([segment('1', [{ name: 'a', type: VARCHAR }, time])]);
    expect(first).toEqual({ name: '__time', type: { name: 'TIMESTAMP', nullable: false } });
  });

  test('the newest type counts, older columns follow', () => {
    const columns = mergeColumns([
      segment('1', [time, { name: 'a', type: BIGINT }, { name: 'old', type: VARCHAR }]),
      segment('2', [time, { name: 'new', type: VARCHAR }, { name: 'a', type: DOUBLE }]),
    ]);
    expect(columns.map(({ name, type }) => `${name} ${type.name}`)).toEqual([
      '__time TIMESTAMP',
      'new VARCHAR',
      'a DOUBLE',
      'old VARCHAR',
    ]);
  });

  test('several values anywhere are several values everywhere', () => {
    const columns = mergeColumns([
      segment('1', [{ name: 'a', type: MULTI_VALUE_VARCHAR }]),
      segment('2', [{ name: 'a', type: VARCHAR }]),
    ]);
    expect(columns.find(({ name }) => name === 'a')?.type.multiValue).toBe(true);
  });
});

test('the catalogue finds tables by schema and exact name', () => {
  const catalog = buildCatalog(
    {
      used: new Map(),
      visible: new Map([
        ['d', [segment('1', [time])]],
        ['gone', []],
      ]),
    },
    [{ schema: 'sys', name: 'tasks', columns: [] }],
  );
  expect(catalog.table(undefined, 'd')?.schema).toBe('druid');
  expect(catalog.table('druid', 'd')).toBe(catalog.table(undefined, 'd'));
  expect(catalog.table('druid', 'D')).toBeUndefined();
  expect(catalog.table(undefined, 'gone')).toBeUndefined();
  expect(catalog.table(undefined, 'tasks')).toBeUndefined();
  expect(catalog.table('sys', 'tasks')).toBeDefined();
});
