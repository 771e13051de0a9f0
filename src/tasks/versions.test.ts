import { expect, test } from 'vitest';
import { versionAfter } from './versions.js';

const now = Date.parse('2026-01-01T00:00:00.000Z');

test.each([
  ['nothing', [], '2026-01-01T00:00:00.000Z'],
  ['older ones', ['2025-12-31T23:59:59.999Z'], '2026-01-01T00:00:00.000Z'],
  ['one of the same moment', ['2026-01-01T00:00:00.000Z'], '2026-01-01T00:00:00.001Z'],
  [
    'one of a clock that went back',
    ['2026-02-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'],
    '2026-02-01T00:00:00.001Z',
  ],
])('is later than %s', (_name, versions, expected) => {
  expect(versionAfter(versions, now)).toBe(expected);
});
