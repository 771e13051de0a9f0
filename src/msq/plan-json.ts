import type { Plan } from '../sql/plan/index.js';

/** Positions in the SQL text say nothing about the plan. */
const hidden = new Set(['span']);

function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  }
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !hidden.has(key))
      .map(([key, entry]) => [key, toJson(entry)]),
  );
}

/** A logical plan as plain JSON, for the task payload and for EXPLAIN. */
export function planJson(plan: Plan): unknown {
  return { queryType: 'plan', ...(toJson(plan) as object) };
}
