import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { engineReference } from '../scripts/engine-reference.js';
import { allFunctions } from '../src/sql/functions/index.js';

test('docs/engines.md is what `npm run docs:engines` writes', () => {
  const page = readFileSync(new URL('../docs/engines.md', import.meta.url), 'utf8');
  expect(page, 'run `npm run docs:engines` and commit docs/engines.md').toBe(engineReference(allFunctions()));
});
