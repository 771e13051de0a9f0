import { describe, expect, test } from 'vitest';
import { parse } from '../../../src/sql/index.js';
import { compileSql } from '../../../src/sql/index.js';
import { emptyCatalog } from '../sql/catalog.js';
import { convertSpec } from './convert.js';
import { expressionSql } from './expression.js';
import { filterSql } from './filter.js';
import { SpecError } from './json.js';

const base = {
  dataSchema: {
    dataSource: 'wikipedia',
    timestampSpec: { column: 'time', format: 'iso' },
    dimensionsSpec: { dimensions: ['channel', { name: 'added', type: 'long' }] },
    granularitySpec: { segmentGranularity: 'day', queryGranularity: 'none', rollup: false },
  },
  ioConfig: { inputSource: { type: 'inline', data: '' }, inputFormat: { type: 'json' } },
};

type Spec = Record<string, unknown>;
const withSchema = (fields: Spec, rest: Spec = {}): string =>
  JSON.stringify({ type: 'index_parallel', spec: { ...base, dataSchema: { ...base.dataSchema, ...fields }, ...rest } });

/** What the server would refuse shows here. */
function convert(spec: string) {
  const conversion = convertSpec(spec);
  compileSql(conversion.sql, { catalog: emptyCatalog });
  return conversion;
}

describe('convertSpec', () => {
  test('writes a spec without rollup', () => {
    expect(convert(withSchema({}))).toEqual({
      sql: `REPLACE INTO "wikipedia" OVERWRITE ALL
SELECT
  TIME_PARSE("time") AS "__time",
  "channel",
  "added"
FROM TABLE(
  EXTERN(
    '{"type":"inline","data":""}',
    '{"type":"json"}'
  )
) EXTEND ("time" VARCHAR, "channel" VARCHAR, "added" BIGINT)
PARTITIONED BY DAY`,
      context: { maxParseExceptions: -1 },
      notes: [expect.stringContaining('replaces the whole datasource')],
    });
  });

  test('takes a spec without its task around it', () => {
    expect(convert(JSON.stringify(base)).sql).toBe(convert(withSchema({})).sql);
  });

  test('rolls up by GROUP BY', () => {
    const { sql, context } = convert(
      withSchema({
        granularitySpec: { segmentGranularity: 'MONTH', queryGranularity: 'HOUR' },
        metricsSpec: [
          { type: 'count', name: 'rows' },
          { type: 'doubleSum', name: 'total', fieldName: 'price' },
          { type: 'stringLast', name: 'last_user', fieldName: 'user' },
          {
            type: 'filtered',
            filter: { type: 'selector', dimension: 'channel', value: 'en' },
            aggregator: { type: 'longMax', name: 'en_max', fieldName: 'added' },
          },
        ],
      }),
    );
    expect(sql).toContain(`TIME_FLOOR(TIME_PARSE("time"), 'PT1H') AS "__time"`);
    expect(sql).toContain('COUNT(*) AS "rows"');
    expect(sql).toContain('SUM("price") AS "total"');
    expect(sql).toContain('LATEST_BY("user", TIME_PARSE("time")) AS "last_user"');
    expect(sql).toContain(`MAX("added") FILTER (WHERE "channel" = 'en') AS "en_max"`);
    expect(sql).toContain('"price" DOUBLE, "user" VARCHAR');
    expect(sql).toContain('GROUP BY 1, 2, 3\nPARTITIONED BY MONTH');
    expect(context).toMatchObject({ finalizeAggregations: false });
  });

  test('replaces and reads the intervals only', () => {
    const { sql } = convert(
      withSchema({ granularitySpec: { ...base.dataSchema.granularitySpec, intervals: ['2015-09-12/2015-09-13'] } }),
    );
    expect(sql).toContain(
      `OVERWRITE WHERE __time >= TIMESTAMP '2015-09-12 00:00:00' AND __time < TIMESTAMP '2015-09-13 00:00:00'`,
    );
    expect(sql).toContain(`WHERE TIME_PARSE("time") >= TIMESTAMP '2015-09-12 00:00:00'`);
  });

  test('replaces whole time chunks, reads the interval, and says what dropExisting changes', () => {
    const granularitySpec = { ...base.dataSchema.granularitySpec, intervals: ['2015-09-12T06:00/PT12H'] };
    const { sql, notes } = convert(withSchema({ granularitySpec }));
    expect(sql).toContain(
      `OVERWRITE WHERE __time >= TIMESTAMP '2015-09-12 00:00:00' AND __time < TIMESTAMP '2015-09-13 00:00:00'`,
    );
    expect(sql).toContain(
      `WHERE TIME_PARSE("time") >= TIMESTAMP '2015-09-12 06:00:00' AND TIME_PARSE("time") < TIMESTAMP '2015-09-12 18:00:00'`,
    );
    expect(notes.join()).toContain('Without dropExisting');
    const dropping = { ioConfig: { ...base.ioConfig, dropExisting: true } };
    expect(convert(withSchema({ granularitySpec }, dropping)).notes).toEqual([]);
  });

  test('rolls up without metrics, as the default is', () => {
    const { sql, notes } = convert(withSchema({ granularitySpec: { segmentGranularity: 'day' } }));
    expect(sql).toContain('GROUP BY 1, 2, 3\n');
    expect(notes.join()).toContain('rolls up');
  });

  test('reads a datasource, which has neither format nor declared columns', () => {
    const { sql } = convertSpec(
      withSchema(
        { timestampSpec: { column: '__time', format: 'millis' } },
        { ioConfig: { inputSource: { type: 'druid', dataSource: 'raw', interval: '2016-06-27/P1D' } } },
      ),
    );
    expect(sql).toBe(`REPLACE INTO "wikipedia" OVERWRITE ALL
SELECT
  "__time" AS "__time",
  "channel",
  "added"
FROM "raw"
WHERE "__time" >= TIMESTAMP '2016-06-27 00:00:00' AND "__time" < TIMESTAMP '2016-06-28 00:00:00'
PARTITIONED BY DAY`);
  });

  test('appends, and carries partitions and tuning over', () => {
    const { sql, context } = convert(
      withSchema(
        {},
        {
          ioConfig: { ...base.ioConfig, appendToExisting: true },
          tuningConfig: {
            partitionsSpec: { type: 'range', partitionDimensions: ['channel'], targetRowsPerSegment: 5_000 },
            maxNumConcurrentSubTasks: 3,
            maxParseExceptions: 10,
          },
        },
      ),
    );
    expect(sql).toMatch(/^INSERT INTO "wikipedia"\n/);
    expect(sql).toMatch(/\nCLUSTERED BY "channel"$/);
    expect(context).toEqual({ rowsPerSegment: 5_000, maxNumTasks: 4, maxParseExceptions: 10 });
  });

  test('takes transforms and filters over, and declares what they read', () => {
    const { sql, notes } = convert(
      withSchema({
        dimensionsSpec: { dimensions: ['lang'] },
        transformSpec: {
          transforms: [{ type: 'expression', name: 'lang', expression: `lower("channel")` }],
          filter: { type: 'not', field: { type: 'in', dimension: 'page', values: ['A', null] } },
        },
      }),
    );
    expect(sql).toContain('lower("channel") AS "lang"');
    expect(sql).toContain(`WHERE NOT ("page" IN ('A') OR "page" IS NULL)`);
    expect(sql).toContain('EXTEND ("time" VARCHAR, "channel" VARCHAR, "page" VARCHAR)');
    expect(notes.join()).toContain('“lang”');
  });

  test.each<[string, string]>([
    [
      'auto',
      'CASE WHEN CAST("time" AS BIGINT) > 0 THEN MILLIS_TO_TIMESTAMP(CAST("time" AS BIGINT)) ELSE TIME_PARSE("time") END',
    ],
    ['millis', 'MILLIS_TO_TIMESTAMP("time")'],
    ['posix', 'MILLIS_TO_TIMESTAMP("time" * 1000)'],
    ['nano', 'MILLIS_TO_TIMESTAMP("time" / 1000000)'],
    ['dd.MM.yyyy', `TIME_PARSE("time", 'dd.MM.yyyy')`],
  ])('reads times of format %s', (format, sql) => {
    expect(convert(withSchema({ timestampSpec: { column: 'time', format } })).sql).toContain(`${sql} AS "__time"`);
  });

  test.each<[string, string]>([
    ['{', 'not JSON'],
    ['[]', 'a JSON object'],
    ['{"type":"kafka"}', 'type [kafka]'],
    ['{"spec":{}}', 'spec.dataSchema must be an object'],
    [withSchema({ dataSource: undefined }), 'dataSource is missing'],
    [withSchema({ metricsSpec: [{ type: 'javascript', name: 'j' }] }), 'metric [j] of type [javascript]'],
    [
      withSchema({ dimensionsSpec: { dimensions: [{ type: 'spatial', name: 'p' }] } }),
      'dimension [p] of type [spatial]',
    ],
    [withSchema({ transformSpec: { filter: { type: 'javascript' } } }), 'filter of type [javascript]'],
    [
      withSchema({ transformSpec: { transforms: [{ type: 'expression', name: 't', expression: 'a -> ' }] } }),
      'transform [t]',
    ],
    [withSchema({ granularitySpec: { segmentGranularity: 'fortnight' } }), '[fortnight] is not a granularity'],
  ])('refuses %s', (spec, message) => {
    expect(() => convertSpec(spec)).toThrow(message);
  });

  test('says that sketches are not stored here', () => {
    const spec = withSchema({
      granularitySpec: { rollup: true },
      metricsSpec: [{ type: 'HLLSketchBuild', name: 'users', fieldName: 'user' }],
    });
    const { sql, notes } = convertSpec(spec);
    expect(() => parse(sql)).not.toThrow();
    expect(sql).toContain('DS_HLL("user") AS "users"');
    expect(notes.join()).toContain('sketch');
  });
});

test.each<[object, string]>([
  [{ type: 'selector', dimension: 'a', value: "it's" }, `"a" = 'it''s'`],
  [{ type: 'selector', dimension: 'a', value: null }, '"a" IS NULL'],
  [{ type: 'equals', column: 'a', matchValueType: 'LONG', matchValue: 3 }, '"a" = 3'],
  [
    { type: 'bound', dimension: 'a', lower: '1', upperStrict: true, upper: '9', ordering: 'numeric' },
    'CAST("a" AS DOUBLE) >= 1 AND CAST("a" AS DOUBLE) < 9',
  ],
  [{ type: 'range', column: 'a', lower: 'x', lowerOpen: true }, `"a" > 'x'`],
  [{ type: 'like', dimension: 'a', pattern: 'x%' }, `"a" LIKE 'x%'`],
  [{ type: 'regex', dimension: 'a', pattern: '^x' }, `REGEXP_LIKE("a", '^x')`],
  [
    {
      type: 'and',
      fields: [{ type: 'true' }, { type: 'or', fields: [{ type: 'null', column: 'a' }, { type: 'false' }] }],
    },
    'TRUE AND ("a" IS NULL OR FALSE)',
  ],
])('filterSql(%j)', (filter, sql) => {
  expect(filterSql(filter)).toBe(sql);
});

test.each<[string, string]>([
  ['number * 3', '"number" * 3'],
  ["concat('super-', animal)", `concat('super-', "animal")`],
  ['strlen("it\\"s") == 2 && !(a || b != 1)', 'CHAR_LENGTH("it""s") = 2 AND NOT ("a" OR "b" <> 1)'],
  [
    "if(isRobot == 'true', cast(added, 'LONG'), nvl(delta, 0))",
    `CASE WHEN "isRobot" = 'true' THEN CAST("added" AS BIGINT) ELSE COALESCE("delta", 0) END`,
  ],
  ["timestamp_floor(__time, 'PT1H')", `TIME_FLOOR("__time", 'PT1H')`],
  ["'it\\'s'", `'it''s'`],
])('expressionSql(%s)', (expression, sql) => {
  expect(expressionSql(expression)).toBe(sql);
});

test.each(['map((x) -> x, a)', 'f(a', 'a)', "cast(a, 'ARRAY<LONG>')", "strpos(a, 'b')", 'a # b'])(
  'expressionSql refuses %s',
  (expression) => {
    expect(() => expressionSql(expression)).toThrow(SpecError);
  },
);
