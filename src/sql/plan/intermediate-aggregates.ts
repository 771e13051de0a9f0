/**
 * finalizeAggregations false: aggregates that stand in the SELECT list by themselves are answered, or stored, as what they
 * are before they are finalized, so that a later query can aggregate them further.
 */
import { unsupportedError } from '../errors.js';
import { pairOf } from '../serializable-pair.js';
import type { AggregateCall } from './expression.js';
import type { Computed, Expression, Field, Plan } from './index.js';
import { pruneColumns } from './prune-columns.js';
import type { OutputColumn } from './statement.js';
import { nextFieldId } from './walk.js';

/** Aggregates whose intermediate value is a sketch, or a state that no column here holds. */
const sketched: Readonly<Record<string, string>> = {
  APPROX_COUNT_DISTINCT: 'HyperLogLog sketch',
  APPROX_COUNT_DISTINCT_BUILTIN: 'HyperLogLog sketch',
  APPROX_COUNT_DISTINCT_DS_HLL: 'HLL sketch',
  APPROX_COUNT_DISTINCT_DS_THETA: 'theta sketch',
  VAR_POP: 'variance state',
  VAR_SAMP: 'variance state',
};

const timed: ReadonlySet<string> = new Set(['EARLIEST_BY', 'LATEST_BY']);

interface Exposed {
  readonly plan: Plan;
  readonly field: Field;
}

/**
 * The plan and its outputs with intermediate values where Druid has them.
 * @throws SqlError by name for an aggregate whose intermediate value cannot be held
 */
export function withIntermediates<S extends { readonly plan: Plan; readonly columns: readonly OutputColumn[] }>(
  statement: S,
): S {
  let id = nextFieldId(statement.plan);
  let { plan } = statement;
  const columns = statement.columns.map((column): OutputColumn => {
    const exposed = expose(plan, column.fieldId, () => id++);
    if (!exposed) return column;
    plan = exposed.plan;
    return { ...column, fieldId: exposed.field.id, type: exposed.field.type };
  });
  if (plan === statement.plan) return statement;
  return { ...statement, plan: pruneColumns(plan, new Set(columns.map(({ fieldId }) => fieldId))), columns };
}

/** The intermediate value of the aggregate that a field is, as a further field of the plan; undefined if there is none. */
function expose(plan: Plan, id: number, newId: () => number): Exposed | undefined {
  switch (plan.kind) {
    case 'aggregate': {
      const call = plan.aggregates.find(({ field }) => field.id === id);
      const field = call && intermediateField(call, newId);
      if (!field) return undefined;
      const aggregates = [...plan.aggregates, { field, expression: { ...call.expression, type: field.type } }];
      return { plan: { ...plan, aggregates, fields: [...plan.fields, field] }, field };
    }
    case 'project': {
      const column = plan.columns.find(({ field }) => field.id === id);
      if (column?.expression.kind !== 'column') return undefined;
      const exposed = expose(plan.input, column.expression.id, newId);
      if (!exposed) return undefined;
      const field = { ...exposed.field, id: newId(), name: column.field.name };
      const expression: Expression = { kind: 'column', ...exposed.field };
      const columns = [...plan.columns, { field, expression }];
      return { plan: { ...plan, input: exposed.plan, columns, fields: [...plan.fields, field] }, field };
    }
    case 'filter':
    case 'sort':
    case 'limit':
    case 'window': {
      const exposed = expose(plan.input, id, newId);
      return exposed && { ...exposed, plan: { ...plan, input: exposed.plan, fields: [...plan.fields, exposed.field] } };
    }
    default:
      return undefined;
  }
}

function intermediateField({ field, expression }: Computed<AggregateCall>, newId: () => number): Field | undefined {
  const sketch = sketched[expression.function];
  if (sketch !== undefined) {
    throw unsupportedError(
      `${expression.function} cannot be answered unfinalized: its ${sketch} is not supported. ` +
        'Leave finalizeAggregations true, or aggregate with COUNT, SUM, MIN, MAX, EARLIEST or LATEST',
    );
  }
  if (!timed.has(expression.function)) return undefined;
  return { id: newId(), name: field.name, type: pairOf(expression.type) };
}
