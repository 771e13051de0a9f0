import { afterEach, expect, test } from 'vitest';
import { Api } from './support/api.js';
import { openGate, type Gate } from './support/gate.js';
import { startServerProcess } from './support/server-process.js';
import { useServer } from './support/suite.js';

const suite = useServer(['--task-slots', '2']);

const gates: Gate[] = [];
afterEach(() => {
  for (const gate of gates.splice(0)) gate.close();
});

/** One row of January that names its writer, when its gate opens. */
async function gated(name: string): Promise<Gate> {
  const gate = await openGate(`{"who": "${name}"}\n`);
  gates.push(gate);
  return gate;
}

const rowsOf = ({ inputSource }: Pick<Gate, 'inputSource'>, month = 1): string =>
  `SELECT TIMESTAMP '2024-0${month}-10' AS "__time", "who"
   FROM TABLE(EXTERN('${JSON.stringify(inputSource)}', '{"type":"json"}')) EXTEND ("who" VARCHAR) PARTITIONED BY MONTH`;

const ready = (name: string, month = 1): string =>
  `SELECT TIMESTAMP '2024-0${month}-10' AS "__time", '${name}' AS "who" PARTITIONED BY MONTH`;

const insert = (dataSource: string, select: string): string => `INSERT INTO "${dataSource}" ${select}`;
const replace = (dataSource: string, select: string, month = 1): string =>
  `REPLACE INTO "${dataSource}" OVERWRITE WHERE "__time" >= TIMESTAMP '2024-0${month}-01'
   AND "__time" < TIMESTAMP '2024-0${month + 1}-01' ${select}`;

const writers = async (dataSource: string): Promise<unknown[]> =>
  (await suite.api.rows(`SELECT "who" FROM "${dataSource}" ORDER BY 1`)).flat();

const runnerStatus = async (id: string): Promise<unknown> => (await suite.api.status(id)).runnerStatusCode;

async function preempted(id: string): Promise<void> {
  const { state, report, status } = await suite.api.finish(id);
  expect(state).toBe('FAILED');
  expect(report.status.errorReport.error).toEqual({
    errorCode: 'InsertLockPreempted',
    errorMessage: expect.stringContaining('preempted'),
  });
  expect(status.errorMsg).toContain('InsertLockPreempted');
}

test('REPLACEs of different months run at the same time', async () => {
  const [january, february] = [await gated('january'), await gated('february')];
  const ids = [
    await suite.api.submit(replace('months', rowsOf(january, 1), 1)),
    await suite.api.submit(replace('months', rowsOf(february, 2), 2)),
  ];
  await Promise.all([january.reached, february.reached]);
  january.open();
  february.open();
  for (const id of ids) expect((await suite.api.finish(id)).state).toBe('SUCCESS');
  expect(await writers('months')).toEqual(['february', 'january']);
});

test('a REPLACE of the same month waits for its locks, and keeps no slot from others meanwhile', async () => {
  const gate = await gated('first');
  const first = await suite.api.submit(replace('waits', rowsOf(gate)));
  await gate.reached;
  const second = await suite.api.submit(replace('waits', ready('second')));
  const third = await suite.api.submit(`REPLACE INTO "waits" OVERWRITE ALL ${ready('third')}`);
  await suite.api.until(
    () => runnerStatus(third),
    (status) => status === 'WAITING',
  );
  expect(await runnerStatus(second)).toBe('WAITING');
  const listed = (await suite.api.get('/druid/indexer/v1/waitingTasks')).json as { id: string }[];
  expect(listed.map(({ id }) => id).toSorted()).toEqual([second, third].toSorted());
  await suite.api.ingest(insert('elsewhere', ready('other')));
  gate.open();
  for (const id of [first, second, third]) expect((await suite.api.finish(id)).state).toBe('SUCCESS');
  expect(await writers('waits')).toEqual(['third']);
});

test('a waiting REPLACE can be canceled, and leaves no lock behind', async () => {
  const gate = await gated('first');
  const first = await suite.api.submit(replace('canceled', rowsOf(gate)));
  await gate.reached;
  const second = await suite.api.submit(replace('canceled', ready('second')));
  await suite.api.request('POST', `/druid/indexer/v1/task/${second}/shutdown`);
  expect((await suite.api.finish(second)).report.status.errorReport.error.errorCode).toBe('Canceled');
  gate.open();
  await suite.api.finish(first);
  await suite.api.ingest(replace('canceled', ready('third')));
  expect(await writers('canceled')).toEqual(['third']);
});

test('a greater priority takes the locks away, also when all slots are taken', async () => {
  await suite.api.ingest(insert('urgent', ready('before')));
  const [gate, other] = [await gated('low'), await gated('other')];
  const low = await suite.api.submit(replace('urgent', rowsOf(gate)));
  const beside = await suite.api.submit(insert('beside', rowsOf(other)));
  await Promise.all([gate.reached, other.reached]);
  const same = await suite.api.submit(replace('urgent', ready('same')));
  const high = await suite.api.submit(replace('urgent', ready('high')), { priority: 75 });
  await preempted(low);
  expect((await suite.api.finish(high)).state).toBe('SUCCESS');
  expect(await runnerStatus(beside)).toBe('RUNNING');
  // What had only waited was not preempted, and comes after.
  expect((await suite.api.finish(same)).state).toBe('SUCCESS');
  expect(await writers('urgent')).toEqual(['same']);
  other.open();
  expect((await suite.api.finish(beside)).state).toBe('SUCCESS');
});

test('an INSERT of greater priority takes the lock of a REPLACE away', async () => {
  const gate = await gated('low');
  const low = await suite.api.submit(`REPLACE INTO "appended" OVERWRITE ALL ${rowsOf(gate)}`);
  await gate.reached;
  await suite.api.ingest(insert('appended', ready('high')), { priority: 51 });
  await preempted(low);
  expect(await writers('appended')).toEqual(['high']);
});

test('an INSERT of the same priority waits for a REPLACE', async () => {
  const gate = await gated('replaced');
  const first = await suite.api.submit(`REPLACE INTO "both" OVERWRITE ALL ${rowsOf(gate)}`);
  await gate.reached;
  const second = await suite.api.submit(insert('both', ready('inserted')));
  await suite.api.until(
    () => runnerStatus(second),
    (status) => status === 'WAITING',
  );
  gate.open();
  for (const id of [first, second]) expect((await suite.api.finish(id)).state).toBe('SUCCESS');
  expect(await writers('both')).toEqual(['inserted', 'replaced']);
});

test('waiting tasks start by priority, then in the order of their submission', async () => {
  const [one, two] = [await gated('one'), await gated('two')];
  const running = [await suite.api.submit(insert('a', rowsOf(one))), await suite.api.submit(insert('b', rowsOf(two)))];
  await Promise.all([one.reached, two.reached]);
  const queue: { id: string; gate: Gate }[] = [];
  for (const [name, priority] of [
    ['low', 10],
    ['usual', 50],
    ['later', 50],
    ['high', 90],
  ] as const) {
    const gate = await gated(name);
    queue.push({ gate, id: await suite.api.submit(insert(`queued_${name}`, rowsOf(gate)), { priority }) });
  }
  const [low, usual, later, high] = queue;
  if (!low || !usual || !later || !high) throw new Error('Four tasks were submitted');
  one.open();
  for (const [next, waiting] of [
    [high, [usual, later, low]],
    [usual, [later, low]],
    [later, [low]],
    [low, []],
  ] as const) {
    await next.gate.reached;
    for (const { id } of waiting) expect(await runnerStatus(id)).toBe('PENDING');
    next.gate.open();
  }
  two.open();
  for (const id of [...running, ...queue.map((task) => task.id)]) {
    expect((await suite.api.finish(id)).state).toBe('SUCCESS');
  }
});

test('TaskStartTimeout names how long a worker may take to start', async () => {
  const hasty = await startServerProcess(`${suite.directory}/hasty`, [
    '--warm-workers',
    '0',
    '--worker-start-timeout',
    '0.001',
  ]);
  try {
    const { state, report } = await new Api(hasty.url).task('SELECT 1');
    expect(state).toBe('FAILED');
    expect(report.status.errorReport.error).toMatchObject({
      errorCode: 'TaskStartTimeout',
      pendingTasks: 1,
      totalTasks: 2,
      timeout: 1,
    });
  } finally {
    await hasty.stop();
  }
});
