import { describe, expect, test } from 'vitest';
import { parse } from '../../../src/sql/index.js';
import { discoverColumns } from './columns.js';
import { guessFormat } from './format.js';
import { previewInput } from './sample.js';
import { pathSource, s3Source } from './sources.js';
import { chooseGranularity, dataSourceName, statementOf, type LoadPlan } from './statement.js';
import { chooseTime, readingOf } from './time.js';

test.each<[string, string, unknown]>([
  ['objects', 's3://b/a.json\ns3://b/b.json', { type: 's3', uris: ['s3://b/a.json', 's3://b/b.json'] }],
  ['a prefix', ' s3://b/path/ ', { type: 's3', prefixes: ['s3://b/path/'] }],
  ['both, which one source cannot hold', 's3://b/path/ s3://b/a.json', undefined],
  ['nothing', ' ', undefined],
])('s3Source of %s', (_name, text, inputSource) => {
  expect(s3Source(text)?.inputSource).toEqual(inputSource);
});

test.each<[string, unknown]>([
  ['/data/a.json', { type: 'local', files: ['/data/a.json'] }],
  ['/data/*.json', { type: 'local', baseDir: '/data/', filter: '*.json' }],
  ['/data/a b.json\n/data/c.json', { type: 'local', files: ['/data/a b.json', '/data/c.json'] }],
])('pathSource of %j', (text, inputSource) => {
  expect(pathSource(text)?.inputSource).toEqual(inputSource);
});

describe('guessFormat', () => {
  test.each<[string, readonly string[], Record<string, unknown>]>([
    ['one object over several lines', ['{', '  "a": 1', '}'], { type: 'json' }],
    ['one object a line', ['{"a":1}', '{"a":2}'], { type: 'json' }],
    ['one array', ['[', '  {"a": 1},', '  {"a": 2}', ']'], { type: 'json' }],
    ['commas with a header', ['a,b', '1,2', '3,4'], { type: 'csv', findColumnsFromHeader: true }],
    ['commas without one', ['1,x', '2,y', '3,z'], { type: 'csv', columns: ['column_1', 'column_2'] }],
    ['quoted commas', ['name,n', '"a, b",1', '"c, d, e",2', '"f",3'], { type: 'csv', findColumnsFromHeader: true }],
    ['tabs', ['a\tb', '1\t2,5'], { type: 'tsv', findColumnsFromHeader: true }],
    ['semicolons', ['a;b', '1,5;2'], { type: 'tsv', delimiter: ';', findColumnsFromHeader: true }],
    ['neither', ['hello', 'world'], { type: 'lines' }],
  ])('%s', (_name, lines, format) => {
    expect(guessFormat(lines)).toEqual(format);
  });
});

describe('discoverColumns', () => {
  const typesOf = (...sample: Parameters<typeof discoverColumns>) =>
    Object.fromEntries(discoverColumns(...sample).map(({ name, type }) => [name, type]));

  test('takes the narrowest type that holds every text', () => {
    const records = [
      { n: '1', d: '1', s: 'x', z: '01234', none: null },
      { n: '2', d: '1.5', s: '2', z: '99999', none: '' },
    ];
    const columns = Object.keys(records[0] ?? {}).map((name) => ({ name, type: 'STRING' }));
    expect(typesOf({ columns, records }, true)).toEqual({
      n: 'BIGINT',
      d: 'DOUBLE',
      s: 'VARCHAR',
      z: 'VARCHAR',
      none: 'VARCHAR',
    });
  });

  test('takes the types of other formats from the server', () => {
    const columns = ['LONG', 'DOUBLE', 'STRING', 'ARRAY<LONG>', 'ARRAY<STRING>', 'COMPLEX<json>'].map((type) => ({
      name: type,
      type,
    }));
    expect(Object.values(typesOf({ columns, records: [] }, false))).toEqual([
      'BIGINT',
      'DOUBLE',
      'VARCHAR',
      'BIGINT ARRAY',
      'VARCHAR ARRAY',
      "TYPE('COMPLEX<json>')",
    ]);
  });
});

describe('readingOf', () => {
  test.each<[readonly unknown[], unknown]>([
    [['2001-02-03T04:05:06Z', '2001-02-03'], { reading: 'iso', pattern: '' }],
    [['2001/01/01 00:47'], { reading: 'pattern', pattern: 'yyyy/MM/dd HH:mm' }],
    [['12/31/2001'], { reading: 'pattern', pattern: 'MM/dd/yyyy' }],
    [['31/12/2001', '30/01/2002'], { reading: 'pattern', pattern: 'dd/MM/yyyy' }],
    [['Jan 1 2000'], { reading: 'pattern', pattern: 'MMM d yyyy' }],
    [[978_307_200_000], { reading: 'millis', pattern: '' }],
    [[978_307_200], { reading: 'seconds', pattern: '' }],
    [['ATL', '12'], undefined],
    [[null, ''], undefined],
  ])('%j', (values, reading) => {
    expect(readingOf(values)).toEqual(reading);
  });
});

test('chooseTime prefers a telling name', () => {
  const records = [{ born: '2001-01-01', timestamp: '2001-01-02', n: 978_307_200 }];
  expect(
    chooseTime(
      ['born', 'timestamp', 'n'].map((name) => ({ name, type: 'VARCHAR' })),
      records,
    ),
  ).toMatchObject({ column: 'timestamp', reading: 'iso' });
  expect(chooseTime([{ name: 'n', type: 'BIGINT' }], records)).toEqual({ kind: 'none' });
});

test.each([
  ['/data/flights-20k.json.gz', 'flights-20k'],
  ['https://example.org/a%20b.csv?x=1', 'a_20b'],
  ['.json', 'data'],
])('dataSourceName(%s)', (path, name) => {
  expect(dataSourceName(path)).toBe(name);
});

test('chooseGranularity follows the span of the times', () => {
  const time = { kind: 'column', column: 't', reading: 'iso', pattern: '' } as const;
  const days = (count: number) => [0, count * 86_400_000];
  expect([1, 100, 5_000].map((count) => chooseGranularity(time, days(count)))).toEqual(['DAY', 'MONTH', 'YEAR']);
  expect(chooseGranularity({ kind: 'none' }, [])).toBe('ALL');
});

const longArray = ['[', ...Array.from({ length: 299 }, () => '{"a":1},')];

test.each<[string, readonly string[], string, string, string]>([
  ['objects by line', ['{"a":1}', '{"a":2}'], 'json', 'json', '{"a":1}\n{"a":2}'],
  ['text', ['a,b', '1,2'], 'csv', 'csv', 'a,b\n1,2'],
  ['an array that may go on behind the sample', longArray, 'json', 'json', '{"a":7}'],
  ['what is no text', [], 'parquet', 'json', '{"a":7}'],
])('previewInput of %s', (_name, lines, type, readAs, data) => {
  expect(previewInput(lines, { type }, [{ a: 7 }])).toEqual({
    inputSource: { type: 'inline', data },
    inputFormat: { type: readAs },
  });
});

test('previewInput leaves what was not understood to the source', () => {
  expect(previewInput([], { type: 'parquet' }, [])).toBeUndefined();
});

describe('statementOf', () => {
  const plan: LoadPlan = {
    inputSource: { type: 'local', files: ["/tmp/it's.json"] },
    inputFormat: { type: 'json' },
    columns: [
      { source: 'date', name: 'date', type: 'VARCHAR', keep: false },
      { source: 'from "x"', name: 'origin', type: 'VARCHAR', keep: true },
      { source: 'delay', name: 'delay', type: 'BIGINT', keep: true },
      { source: 'gone', name: 'gone', type: 'VARCHAR', keep: false },
    ],
    time: { kind: 'column', column: 'date', reading: 'pattern', pattern: 'yyyy/MM/dd HH:mm' },
    dataSource: 'flights',
    mode: 'replace',
    partitionedBy: 'MONTH',
    clusteredBy: ['origin'],
  };

  test('writes a statement that Druid reads', () => {
    const sql = statementOf(plan);
    expect(sql).toBe(`REPLACE INTO "flights" OVERWRITE ALL
SELECT
  TIME_PARSE("date", 'yyyy/MM/dd HH:mm') AS "__time",
  "from ""x""" AS "origin", "delay"
FROM TABLE(
  EXTERN(
    '{"type":"local","files":["/tmp/it''s.json"]}',
    '{"type":"json"}'
  )
) EXTEND (
  "date" VARCHAR, "from ""x""" VARCHAR, "delay" BIGINT
)
PARTITIONED BY MONTH
CLUSTERED BY "origin"`);
    expect(() => parse(sql)).not.toThrow();
  });

  test('reads numbers as times', () => {
    const sql = (reading: 'millis' | 'seconds') =>
      statementOf({ ...plan, time: { kind: 'column', column: 'delay', reading, pattern: '' } });
    expect(sql('millis')).toContain('MILLIS_TO_TIMESTAMP("delay") AS "__time"');
    expect(sql('seconds')).toContain('MILLIS_TO_TIMESTAMP("delay" * 1000) AS "__time"');
  });

  test('leaves the time out where there is none', () => {
    const sql = statementOf({ ...plan, time: { kind: 'none' }, mode: 'append', clusteredBy: [], partitionedBy: 'ALL' });
    expect(sql).toMatch(/^INSERT INTO "flights"\nSELECT\n {2}"from/);
    expect(sql).not.toContain('CLUSTERED');
  });
});
