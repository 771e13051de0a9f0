import { describe, expect, it } from 'vitest';
import { lookUpFunction } from '../../sql/functions/index.js';
import type { Plan } from '../../sql/plan/index.js';
import { BIGINT, VARCHAR } from '../../sql/types.js';
import { sparkDialect } from './dialect.js';
import { quoteIdentifier, quoteText } from './quoting.js';

const literalPlan = (value: string | bigint | null): Plan => ({
  kind: 'values',
  rows: [[{ kind: 'literal', value, type: typeof value === 'bigint' ? BIGINT : VARCHAR }]],
  fields: [{ id: 1, name: 'x', type: VARCHAR }],
});
const options = { timeZone: 'UTC', now: 0 };

describe("Spark's SQL", () => {
  it('writes quotes and backslashes so that they end nothing', () => {
    expect(quoteText("it's \\n")).toBe("'it\\u0027s \\\\n'");
    expect(quoteIdentifier('a`b')).toBe('`a``b`');
  });

  it('types constants', () => {
    expect(sparkDialect.emit(literalPlan(-9223372036854775808n), options).sql).toContain(
      "CAST('-9223372036854775808' AS BIGINT)",
    );
    expect(sparkDialect.emit(literalPlan(null), options).sql).toContain('CAST(NULL AS STRING)');
  });

  it('refuses by name what Spark cannot express', () => {
    expect(lookUpFunction('DS_HLL')).toBeDefined();
    const plan: Plan = {
      kind: 'values',
      rows: [[{ kind: 'call', function: 'DS_HLL', args: [], type: VARCHAR }]],
      fields: [{ id: 1, name: 'x', type: VARCHAR }],
    };
    expect(() => sparkDialect.emit(plan, options)).toThrow("Function 'DS_HLL' is not supported by the spark engine");
  });
});
