import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { inlineSql } from './support/inline-sql.js';
import { useServer } from './support/suite.js';

const suite = useServer();

const insert = (name: string): string =>
  `REPLACE INTO "${name}" OVERWRITE ALL SELECT TIMESTAMP '2024-01-01' AS "__time", "page", "added" FROM ${inlineSql(
    [
      { page: 'Zürich', added: 3 },
      { page: 'Ælfred', added: 4 },
    ],
    { page: 'string', added: 'long' },
  )} PARTITIONED BY DAY`;

describe("the calls of Airflow's Druid operator", () => {
  test('DruidHook submits to /druid/v2/sql/task with a whole body, and asks for the status until the end', async () => {
    const submitted = await suite.api.request('POST', '/druid/v2/sql/task', {
      context: { maxNumTasks: 2 },
      query: insert('airflow'),
    });
    // The hook takes 200 and 202, then reads `taskId` and `state`.
    expect([200, 202]).toContain(submitted.status);
    const id = submitted.json.taskId as string;
    const status = await suite.api.until(
      async () => (await suite.api.get(`/druid/indexer/v1/task/${id}/status`)).json.status.status,
      (state) => state !== 'RUNNING',
    );
    expect(status).toBe('SUCCESS');
  });

  test('a job that takes too long is shut down', async () => {
    const { json } = await suite.api.request('POST', '/druid/v2/sql/task', { query: insert('airflow') });
    const shutdown = await suite.api.request('POST', `/druid/indexer/v1/task/${json.taskId}/shutdown`);
    expect([shutdown.status, shutdown.json]).toEqual([200, { task: json.taskId }]);
  });
});

describe("the calls of pydruid's SQL cursor", () => {
  test('rows come as objects behind a header, in pieces', async () => {
    await suite.api.ingest(insert('pydruid_calls'));
    const answer = await suite.api.request('POST', '/druid/v2/sql/', {
      query: `SELECT "page", "added" FROM "pydruid_calls" ORDER BY 2`,
      context: {},
      header: true,
    });
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.json).toEqual([
      { page: null, added: null },
      { page: 'Zürich', added: 3 },
      { page: 'Ælfred', added: 4 },
    ]);
  });

  test('an error has the keys that the cursor shows', async () => {
    const answer = await suite.api.request('POST', '/druid/v2/sql/', {
      query: 'SELECT nope',
      context: {},
      header: true,
    });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ error: expect.any(String), errorMessage: expect.any(String) });
  });
});

describe('the calls of druidapi', () => {
  test('status, health, datasources, SQL and tasks', async () => {
    await suite.api.ingest(insert('druidapi'));
    expect((await suite.api.get('/status/health')).json).toBe(true);
    expect((await suite.api.get('/status/selfDiscovered/status')).json.selfDiscovered).toBe(true);
    expect((await suite.api.get('/status/properties')).json).toEqual(expect.any(Object));
    expect((await suite.api.get('/druid/coordinator/v1/datasources')).json).toContain('druidapi');
    expect((await suite.api.get('/druid/coordinator/v1/datasources/druidapi?full=True')).json.name).toBe('druidapi');
    const loaded = await suite.api.rows(
      `SELECT COUNT(*) FROM sys.segments WHERE "datasource" = 'druidapi' AND "is_available" = 1`,
    );
    expect(loaded).toEqual([[1]]);
    expect((await suite.api.get('/druid/indexer/v1/tasks?state=complete&datasource=druidapi&max=3')).json).toHaveLength(
      1,
    );
    expect((await suite.api.request('DELETE', '/druid/coordinator/v1/datasources/druidapi')).status).toBe(200);
  });
});

const script = `
import sys
from pydruid.db import connect
connection = connect(host='127.0.0.1', port=int(sys.argv[1]), path='/druid/v2/sql/', scheme='http')
cursor = connection.cursor()
cursor.execute('SELECT "page", "added" FROM "pydruid" WHERE "added" > %(least)s ORDER BY 2', {'least': 3})
print(cursor.fetchall())
cursor.execute('SELECT COUNT(*) AS n, SUM("added") AS total FROM "pydruid"')
print([column[0] for column in cursor.description], list(cursor.fetchone()))
try:
    cursor.execute('SELECT nope FROM "pydruid"')
    cursor.fetchall()
except Exception as error:
    print(type(error).__name__, 'nope' in str(error))
`;

/** The Python that has pydruid, or why there is none. */
function pydruid(): { readonly python?: string; readonly reason?: string } {
  const python = process.env['MILLRACE_PYTHON'] || 'python3';
  const { status, stderr, error } = spawnSync(python, ['-c', 'import pydruid.db'], { encoding: 'utf8' });
  if (status === 0) return { python };
  return { reason: error?.message ?? stderr.trim().split('\n').at(-1) ?? 'unknown' };
}

const { python, reason } = pydruid();
if (reason !== undefined)
  process.stdout.write(`pydruid itself is not tested (scripts/install-pydruid.sh installs it): ${reason}\n`);

test.skipIf(!python)('pydruid itself reads rows, names columns and raises errors', async () => {
  await suite.api.ingest(insert('pydruid'));
  const { port } = new URL(suite.server.url);
  const { stdout, stderr } = spawnSync(python ?? '', ['-c', script, port], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
  });
  expect(stderr).toBe('');
  const [rows, counts, failure] = stdout.trim().split('\n');
  expect(rows).toContain(`'Ælfred'`);
  expect(rows).not.toContain('Zürich');
  expect(counts).toBe("['n', 'total'] [2, 7]");
  expect(failure).toMatch(/Error True$/);
});
