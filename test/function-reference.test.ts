import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { functionReference } from '../scripts/function-reference.js';
import { allFunctions } from '../src/sql/functions/index.js';
import { isRefused } from '../src/sql/functions/signatures.js';

const page = readFileSync(new URL('../docs/functions.md', import.meta.url), 'utf8');

test('docs/functions.md is what `npm run docs:functions` writes', () => {
  expect(page, 'run `npm run docs:functions` and commit docs/functions.md').toBe(functionReference(allFunctions()));
});

describe('an entry', () => {
  const entryOf = (name: string): string => {
    const from = page.indexOf(`\n### ${name}\n`);
    return page.slice(from, page.indexOf('\n##', from + 1));
  };

  test('names operands, result and null behaviour', () => {
    const entry = entryOf('TIME_FLOOR');
    expect(entry).toContain('`TIME_FLOOR(timestamp_expr, period [, origin [, timezone]])` → TIMESTAMP');
    expect(entry).toContain('NULL when an argument is NULL.');
    expect(entry).toContain('```sql');
  });

  test('says when the result follows an operand', () => {
    expect(entryOf('MAX')).toContain('→ the type of `expr`');
    expect(entryOf('ARRAY_OFFSET')).toContain('→ the element type of `arr`');
  });
});

test('every function is either described or refused', () => {
  for (const declaration of allFunctions()) {
    const { name } = declaration;
    expect(page).toContain(isRefused(declaration) ? `\n- \`${name}\`:` : `\n### ${name.replace(/[*|<>]/g, '\\$&')}\n`);
  }
});
