import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contextReference } from '../scripts/context-reference.js';
import { faultReference } from '../scripts/fault-reference.js';

const page = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8');

test('docs/context.md is what `npm run docs:reference` writes', () => {
  expect(page('context.md'), 'run `npm run docs:reference` and commit docs/context.md').toBe(contextReference());
});

test('docs/faults.md is what `npm run docs:reference` writes', () => {
  expect(page('faults.md'), 'run `npm run docs:reference` and commit docs/faults.md').toBe(faultReference());
});
