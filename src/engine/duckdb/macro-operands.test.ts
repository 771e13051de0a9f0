import { describe, expect, it } from 'vitest';
import { macroOperands } from './macro-operands.js';

const twice = `CREATE OR REPLACE TEMP MACRO twice(x) AS CASE WHEN x IS NULL THEN 'none' ELSE x || ' and ' || x END`;
const quoted = `CREATE OR REPLACE TEMP MACRO quoted(x, sign) AS sign || twice(x) || sign`;
const queried = `CREATE OR REPLACE TEMP MACRO queried(x) AS (SELECT max(y) FROM (SELECT twice(x) AS y, x AS z))`;
const { bind } = macroOperands([twice, quoted, queried]);

const long = `concat(${Array.from({ length: 60 }, (_, index) => `c${index}`).join(', ')})`;

describe('operands of macros', () => {
  it.each([
    ['names stay', 'twice(c1)', 'twice(c1)'],
    ['short calls stay', 'twice(lower(c1))', 'twice(lower(c1))'],
    ['long calls are bound', `twice(${long})`, `list_transform([${long}], lambda k1: twice(k1))[1]`],
    ['through macros', `quoted(${long}, '(,')`, `list_transform([${long}], lambda k1: quoted(k1, '(,'))[1]`],
    [
      'several at once',
      `quoted(${long}, twice(${long}))`,
      `list_transform([{o0: ${long}, o1: list_transform([${long}], lambda k1: twice(k1))[1]}], lambda k2: quoted(k2.o0, k2.o1))[1]`,
    ],
    ['not where a query would come into a lambda', `quoted(${long}, (SELECT 1))`, `quoted(${long}, (SELECT 1))`],
    ['not for macros of queries', `queried(${long})`, `queried(${long})`],
    ['texts and quoted names are no calls', `'twice(' || "twice(" || ')'`, `'twice(' || "twice(" || ')'`],
    ['anywhere', `a + [twice(${long})] + 1`, `a + [list_transform([${long}], lambda k1: twice(k1))[1]] + 1`],
  ])('%s', (_, sql, expected) => {
    expect(bind(sql)).toBe(expected);
  });

  it('grows nested calls by their number, not by its power', () => {
    const nested = (depth: number): string => (depth === 0 ? 'lower(c1)' : `twice(${nested(depth - 1)})`);
    const [ten, twenty] = [bind(nested(10)).length, bind(nested(20)).length];
    expect(twenty).toBeLessThan(ten * 3);
    expect(bind(nested(20)).match(/lambda/g)?.length).toBeGreaterThan(3);
  });

  it('binds within definitions', () => {
    const outer = `CREATE OR REPLACE TEMP MACRO outer(x) AS twice(${long.replaceAll('c1', 'x')})`;
    expect(macroOperands([twice, outer]).definitions[1]).toContain('lambda m1: twice(m1)');
  });
});
