import { describe, expect, test } from 'vitest';
import { compileSql } from '../index.js';
import { planInputs } from './walk.js';
import { readJsonMembers } from './json-members.js';
import type { ExternalNode, Plan } from './plan.js';

const catalog = { table: () => undefined };

function externalsOf(plan: Plan): readonly ExternalNode[] {
  return plan.kind === 'external' ? [plan] : planInputs(plan).flatMap(externalsOf);
}

/** The columns and members that are read of the external JSON. */
function readBy(select: string, format = 'json'): readonly string[] {
  const ext = `TABLE(EXTERN('{"type":"inline","data":""}', '{"type":"${format}"}', '[{"name":"o","type":"COMPLEX<json>"},{"name":"n","type":"long"}]'))`;
  const { statement } = compileSql(select.replaceAll('ext', ext), {
    catalog,
    parameters: [],
    timeZone: 'UTC',
    now: 0,
    useApproximateCountDistinct: true,
    forceSegmentSortByTime: true,
  });
  if (statement.kind !== 'select') throw new Error('A SELECT is due');
  const plan = readJsonMembers(statement.plan, new Set(statement.columns.map(({ fieldId }) => fieldId)));
  return externalsOf(plan).flatMap(({ fields, members = [] }) =>
    fields.map((field) => {
      const member = members.find((each) => each.field.id === field.id);
      return member ? [member.column, ...member.path].join('.') : field.name;
    }),
  );
}

describe('members of external JSON', () => {
  test.each([
    [`SELECT JSON_VALUE(o, '$.a') FROM ext`, ['o.a']],
    [`SELECT JSON_VALUE(o, '$.a.b'), n FROM ext WHERE JSON_VALUE(o, '$.a.b') > 'x'`, ['n', 'o.a.b']],
    [`WITH e AS (SELECT * FROM ext) SELECT UPPER(JSON_VALUE(o, '$.a')), MAX(n) FROM e GROUP BY 1`, ['n', 'o.a']],
    [`SELECT JSON_VALUE(o, '$.a') FROM ext WHERE n IN (SELECT n FROM ext)`, ['n', 'o.a']],
  ])('%s reads %j', (sql, expected) => {
    expect([...readBy(sql)].sort()).toEqual(expected);
  });

  test.each([
    `SELECT JSON_VALUE(o, '$.a'), o FROM ext`,
    `SELECT JSON_VALUE(o, '$.a'), JSON_QUERY(o, '$.b') FROM ext`,
    `SELECT JSON_VALUE(o, '$.a[0]') FROM ext`,
    `SELECT JSON_VALUE(o, '$.a' RETURNING BIGINT) FROM ext`,
    `SELECT JSON_VALUE(o, '$') FROM ext`,
    `SELECT * FROM ext UNION ALL SELECT * FROM ext`,
  ])('%s reads the whole of them', (sql) => {
    expect(readBy(sql)).toContain('o');
  });

  test('other formats are left alone', () => {
    expect(readBy(`SELECT JSON_VALUE(o, '$.a') FROM ext`, 'parquet')).toEqual(['o']);
  });
});
