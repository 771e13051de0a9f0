import { beforeAll, describe, expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer();

beforeAll(async () => {
  await suite.api.ingest(
    `REPLACE INTO "typed" OVERWRITE ALL
     SELECT TIME_PARSE("t") AS "__time", "s", "n", "d", CAST("d" AS FLOAT) AS "f", "a", "j"
     FROM TABLE(EXTERN('${JSON.stringify({
       type: 'inline',
       data: [1, 2, 3]
         .map((n) => JSON.stringify({ t: `2026-01-0${n}T00:00:00Z`, s: 'x', n, d: n / 2, a: ['p'], j: { k: n } }))
         .join('\n'),
     })}', '{"type":"json"}')) EXTEND ("t" VARCHAR, "s" VARCHAR, "n" BIGINT, "d" DOUBLE, "a" VARCHAR ARRAY, "j" TYPE('COMPLEX<json>'))
     PARTITIONED BY DAY CLUSTERED BY "s"`,
  );
  await suite.api.ingest(
    `INSERT INTO "plain" SELECT TIMESTAMP '2026-01-01 00:00:00' AS "__time", 1 AS "one" PARTITIONED BY ALL`,
  );
});

const rows = (sql: string): Promise<unknown[][]> => suite.api.rows(sql);

/** Names and types of a table's columns, as its own metadata tells them. */
const columnsOf = (schema: string, table: string): Promise<unknown[][]> =>
  rows(
    `SELECT COLUMN_NAME, DATA_TYPE, IS_NULLABLE FROM INFORMATION_SCHEMA.COLUMNS
     WHERE TABLE_SCHEMA = '${schema}' AND TABLE_NAME = '${table}' ORDER BY ORDINAL_POSITION`,
  );

const columns = (names: string, longs: readonly string[] = [], nullable = 'YES'): unknown[][] =>
  names.split(' ').map((name) => [name, longs.includes(name) ? 'BIGINT' : 'VARCHAR', nullable]);

describe('INFORMATION_SCHEMA', () => {
  test('SCHEMATA', async () => {
    expect(await rows('SELECT CATALOG_NAME, SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA ORDER BY 2')).toEqual([
      ['druid', 'INFORMATION_SCHEMA'],
      ['druid', 'druid'],
      ['druid', 'lookup'],
      ['druid', 'sys'],
      ['druid', 'view'],
    ]);
  });

  test('TABLES', async () => {
    expect(
      await rows(
        `SELECT * FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'druid' OR TABLE_NAME = 'segments' ORDER BY TABLE_NAME`,
      ),
    ).toEqual([
      ['druid', 'druid', 'plain', 'TABLE', 'NO', 'NO'],
      ['druid', 'sys', 'segments', 'SYSTEM_TABLE', 'NO', 'NO'],
      ['druid', 'druid', 'typed', 'TABLE', 'NO', 'NO'],
    ]);
    expect(
      await rows(
        `SELECT TABLE_SCHEMA, COUNT(*) FROM INFORMATION_SCHEMA.TABLES GROUP BY 1 HAVING COUNT(*) > 2 ORDER BY 1`,
      ),
    ).toEqual([
      ['INFORMATION_SCHEMA', 4],
      ['sys', 6],
    ]);
  });

  test('COLUMNS of a datasource', async () => {
    const time = ['NO', 'TIMESTAMP', null, null, null, 3, null, null, 93];
    const text = ['YES', 'VARCHAR', null, null, null, null, 'UTF-16LE', 'UTF-16LE$en_US$primary', 12];
    const unscaled = -2_147_483_648;
    expect(
      await rows(
        `SELECT COLUMN_NAME, IS_NULLABLE, DATA_TYPE, NUMERIC_PRECISION, NUMERIC_PRECISION_RADIX, NUMERIC_SCALE,
           DATETIME_PRECISION, CHARACTER_SET_NAME, COLLATION_NAME, JDBC_TYPE
         FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'typed' ORDER BY ORDINAL_POSITION`,
      ),
    ).toEqual([
      ['__time', ...time],
      ['s', ...text],
      ['n', 'YES', 'BIGINT', 19, 10, 0, null, null, null, -5],
      ['d', 'YES', 'DOUBLE', 15, 10, unscaled, null, null, null, 8],
      ['f', 'YES', 'FLOAT', 15, 10, unscaled, null, null, null, 6],
      ['a', 'YES', 'ARRAY', null, null, null, null, null, null, 2003],
      ['j', 'YES', 'COMPLEX<json>', null, null, null, null, null, null, 1111],
    ]);
  });

  test('its own columns', async () => {
    expect(await columnsOf('INFORMATION_SCHEMA', 'COLUMNS')).toEqual([
      ...columns('TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME', [], 'NO'),
      ['ORDINAL_POSITION', 'BIGINT', 'NO'],
      ...columns('COLUMN_DEFAULT IS_NULLABLE DATA_TYPE', [], 'NO'),
      ...columns('CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH'),
      ...columns('NUMERIC_PRECISION NUMERIC_PRECISION_RADIX NUMERIC_SCALE DATETIME_PRECISION').map(([name]) => [
        name,
        'BIGINT',
        'YES',
      ]),
      ...columns('CHARACTER_SET_NAME COLLATION_NAME'),
      ['JDBC_TYPE', 'BIGINT', 'NO'],
    ]);
    expect((await columnsOf('INFORMATION_SCHEMA', 'SCHEMATA')).map(([name]) => name).join(' ')).toBe(
      'CATALOG_NAME SCHEMA_NAME SCHEMA_OWNER DEFAULT_CHARACTER_SET_CATALOG DEFAULT_CHARACTER_SET_SCHEMA DEFAULT_CHARACTER_SET_NAME SQL_PATH',
    );
  });

  test('ROUTINES', async () => {
    expect(
      await rows(
        `SELECT * FROM INFORMATION_SCHEMA.ROUTINES WHERE ROUTINE_NAME IN ('ABS', 'TIME_FLOOR', 'COUNT', 'RANK', 'DS_HLL') ORDER BY 3`,
      ),
    ).toEqual([
      ['druid', 'INFORMATION_SCHEMA', 'ABS', 'FUNCTION', 'NO', "'ABS(<NUMERIC>)'"],
      ['druid', 'INFORMATION_SCHEMA', 'COUNT', 'FUNCTION', 'YES', "'COUNT([<ANY>])'"],
      ['druid', 'INFORMATION_SCHEMA', 'RANK', 'FUNCTION', 'YES', "'RANK()'"],
      [
        'druid',
        'INFORMATION_SCHEMA',
        'TIME_FLOOR',
        'FUNCTION',
        'NO',
        "'TIME_FLOOR(<TIMESTAMP>, <CHARACTER>, [<TIMESTAMP>, [<CHARACTER>]])'",
      ],
    ]);
  });
});

describe('sys', () => {
  test.each([
    [
      'segments',
      'segment_id datasource start end size version partition_num num_replicas num_rows is_active is_published is_available is_realtime is_overshadowed shard_spec dimensions metrics projections last_compaction_state replication_factor',
      'size partition_num num_replicas num_rows is_active is_published is_available is_realtime is_overshadowed replication_factor',
    ],
    [
      'servers',
      'server host plaintext_port tls_port server_type tier curr_size max_size is_leader start_time version labels',
      'plaintext_port tls_port curr_size max_size is_leader',
    ],
    ['server_segments', 'server segment_id', ''],
    [
      'tasks',
      'task_id group_id type datasource created_time queue_insertion_time status runner_status duration location host plaintext_port tls_port error_msg',
      'duration plaintext_port tls_port',
    ],
    [
      'supervisors',
      'supervisor_id datasource state detailed_state healthy type source suspended spec',
      'healthy suspended',
    ],
    ['server_properties', 'server service_name node_roles property value', ''],
  ])('columns of %s', async (table, names, longs) => {
    expect(await columnsOf('sys', table)).toEqual(columns(names, longs.split(' ')));
  });

  test('segments', async () => {
    const [row] = await rows(
      `SELECT "segment_id", "start", "end", "partition_num", "num_replicas", "num_rows", "is_active", "is_published",
         "is_available", "is_realtime", "is_overshadowed", "shard_spec", "dimensions", "metrics", "last_compaction_state",
         "replication_factor", "version"
       FROM sys.segments WHERE "datasource" = 'typed' AND "start" LIKE '2026-01-02%'`,
    );
    const version = String(row?.at(-1));
    expect(row?.slice(0, -1)).toEqual([
      `typed_2026-01-02T00:00:00.000Z_2026-01-03T00:00:00.000Z_${version}`,
      '2026-01-02T00:00:00.000Z',
      '2026-01-03T00:00:00.000Z',
      ...[0, 1, 1, 1, 1, 1, 0, 0],
      expect.stringContaining('"partitionNum":0'),
      '["s","n","d","f","a","j"]',
      '[]',
      null,
      1,
    ]);
  });

  test('sizes by datasource, as the documentation asks for them', async () => {
    const [[name, total, average, rowCount, count] = []] = await rows(
      `SELECT datasource, SUM("size") AS total_size,
         CASE WHEN SUM("size") = 0 THEN 0 ELSE SUM("size") / (COUNT(*) FILTER (WHERE "size" > 0)) END AS avg_size,
         CASE WHEN SUM(num_rows) = 0 THEN 0 ELSE SUM("num_rows") / (COUNT(*) FILTER (WHERE num_rows > 0)) END AS avg_rows,
         COUNT(*) AS num_segments
       FROM sys.segments WHERE is_active = 1 GROUP BY 1 ORDER BY 2 DESC LIMIT 1`,
    );
    expect([name, rowCount, count]).toEqual(['typed', 1, 3]);
    expect(average).toBe(Math.floor(Number(total) / 3));
  });

  test('a join of segments with servers finds each segment once', async () => {
    expect(
      await rows(
        `SELECT COUNT(segments.segment_id) AS num_segments FROM sys.segments AS segments
         INNER JOIN sys.server_segments AS server_segments ON segments.segment_id = server_segments.segment_id
         INNER JOIN sys.servers AS servers ON servers.server = server_segments.server
         WHERE segments.datasource = 'typed' GROUP BY servers.server`,
      ),
    ).toEqual([[3]]);
  });

  test('servers', async () => {
    const { port } = new URL(suite.server.url);
    expect(
      await rows(
        `SELECT "server_type", "host", "plaintext_port", "tls_port", "tier", "is_leader", "curr_size" > 0, "max_size" > "curr_size"
         FROM sys.servers ORDER BY "server_type"`,
      ),
    ).toEqual(
      [
        ['broker', null, null, false, false],
        ['coordinator', null, 1, false, false],
        ['historical', '_default_tier', null, true, true],
        ['middle_manager', null, null, false, false],
        ['overlord', null, 1, false, false],
        ['router', null, null, false, false],
      ].map(([type, ...rest]) => [type, '127.0.0.1', Number(port), -1, ...rest]),
    );
    const { version } = (await suite.api.get('/status')).json;
    expect(await rows('SELECT DISTINCT "version", "labels" FROM sys.servers')).toEqual([[version, null]]);
  });

  test('tasks', async () => {
    expect(
      await rows(
        `SELECT "type", "datasource", "status", "runner_status", "duration" > 0, "error_msg" FROM sys.tasks ORDER BY "datasource"`,
      ),
    ).toEqual([
      ['query_controller', 'plain', 'SUCCESS', 'NONE', true, null],
      ['query_controller', 'typed', 'SUCCESS', 'NONE', true, null],
    ]);
  });

  test('supervisors and server_properties', async () => {
    expect(await rows('SELECT * FROM sys.supervisors WHERE healthy = 0')).toEqual([]);
    expect(
      await rows(`SELECT "node_roles", "value" FROM sys.server_properties WHERE "property" = 'druid.host'`),
    ).toEqual([['[coordinator,overlord,broker,router,historical,middleManager]', '127.0.0.1']]);
  });

  test('a system table joins a datasource', async () => {
    expect(
      await rows(
        `SELECT t."n", s."num_rows" FROM "typed" t JOIN sys.segments s
         ON s."datasource" = 'typed' AND TIME_PARSE(s."start") = t."__time" WHERE t."n" > 1 ORDER BY 1`,
      ),
    ).toEqual([
      [2, 1],
      [3, 1],
    ]);
  });

  test('tasks do not read system tables', async () => {
    const query = `INSERT INTO "copy" SELECT TIME_PARSE("start") AS "__time", "size" FROM sys.segments PARTITIONED BY ALL`;
    const answer = await suite.api.request('POST', '/druid/v2/sql/task', { query });
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toBe('Cannot query table(s) [sys.segments] with SQL engine [msq-task]');
  });

  test('an unknown system table is refused', async () => {
    const answer = await suite.api.request('POST', '/druid/v2/sql', { query: 'SELECT * FROM sys.nothing' });
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessage).toContain("Object 'nothing' not found within 'sys'");
  });
});
