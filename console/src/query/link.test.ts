import { expect, test } from 'vitest';
import { linkOf, tabOfLink } from './link.js';

const searchOf = (link: string): string => link.slice(link.indexOf('?'));

test.each([
  { sql: 'SELECT 1' },
  { sql: `SELECT 'a&b=ü%' -- #\n`, engine: 'task' as const },
  { sql: 'SELECT 1', context: { maxNumTasks: 3, sqlTimeZone: 'Asia/Kolkata' }, mode: 'chart' as const },
])('a link brings back %j', (tab) => {
  expect(tabOfLink(searchOf(linkOf(tab)))).toEqual(tab);
});

test('what a link cannot mean is left out', () => {
  expect(tabOfLink('?q=1')).toBeUndefined();
  expect(tabOfLink('?sql=SELECT+1&engine=x&context=[1]&mode=pie')).toEqual({ sql: 'SELECT 1' });
  expect(tabOfLink('?sql=SELECT+1&context={')).toEqual({ sql: 'SELECT 1' });
});
