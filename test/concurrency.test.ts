import { expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer(['--task-slots', '4']);

/** Rounds that run one after the other; `MILLRACE_ROUNDS` asks for more than the suite has time for. */
const rounds = Number(process.env.MILLRACE_ROUNDS ?? 2);

const rows = (month: number, from: number, count: number): string =>
  `SELECT TIMESTAMPADD(HOUR, n, TIMESTAMP '2024-0${month}-01') AS "__time", CONCAT('k', MOD(n, 7)) AS "k", n AS "n"
   FROM UNNEST(ARRAY[${Array.from({ length: count }, (_, index) => from + index).join(', ')}]) AS t(n)`;

const month = (number: number): string =>
  `"__time" >= TIMESTAMP '2024-0${number}-01' AND "__time" < TIMESTAMP '2024-0${number + 1}-01'`;

/** Ten INSERTs into four months, and REPLACEs of two other months that read what is there. */
const statements = (dataSource: string): readonly string[] => [
  ...Array.from(
    { length: 10 },
    (_, index) =>
      `INSERT INTO "${dataSource}" ${rows(1 + (index % 4), index * 20, 20)} PARTITIONED BY DAY CLUSTERED BY "k"`,
  ),
  ...[5, 6].map(
    (number) =>
      `REPLACE INTO "${dataSource}" OVERWRITE WHERE ${month(number)}
       SELECT "__time", "k", "n" + 1000 AS "n" FROM "${dataSource}" WHERE ${month(number)} AND MOD("n", 2) = 0
       PARTITIONED BY DAY`,
  ),
];

const prepare = async (dataSource: string): Promise<void> => {
  for (const number of [1, 5, 6]) {
    await suite.api.ingest(`INSERT INTO "${dataSource}" ${rows(number, 0, 200)} PARTITIONED BY DAY`);
  }
};
const contents = (dataSource: string): Promise<unknown[][]> =>
  suite.api.rows(`SELECT "__time", "k", "n" FROM "${dataSource}" ORDER BY 1, 2, 3`);

test('ten INSERTs and two REPLACEs at once end as one after the other', { timeout: 300_000 * rounds }, async () => {
  await prepare('serial');
  for (const sql of statements('serial')) await suite.api.ingest(sql);
  const expected = await contents('serial');
  expect(expected).toHaveLength(200 + 200 + 100 + 100);

  for (let round = 0; round < rounds; round += 1) {
    const dataSource = `round_${round}`;
    await prepare(dataSource);
    const before = await contents(dataSource);
    const ids = await Promise.all(statements(dataSource).map((sql) => suite.api.submit(sql)));
    const ended = Promise.all(ids.map((id) => suite.api.finish(id)));
    let running = true;
    void ended.finally(() => {
      running = false;
    });
    // Whatever a reader sees meanwhile, a month is as it was before its REPLACE or as it is after it.
    while (running) {
      const [[half] = []] = await suite.api.rows(`SELECT COUNT(*) FROM "${dataSource}" WHERE ${month(5)}`);
      expect([200, 100]).toContain(half);
    }
    expect((await ended).map(({ state }) => state)).toEqual(ids.map(() => 'SUCCESS'));
    expect(before).toHaveLength(600);
    expect(await contents(dataSource)).toEqual(expected);
  }
});
