/** The same query aggregation by aggregation, for groups whose states together do not fit into memory. */
import type { AggregateCall, AggregateNode, Plan } from '../../sql/plan/index.js';
import { isString } from '../../sql/types.js';
import { planInputs, visitExpression } from '../../sql/plan/walk.js';
import type { AggregationPasses, QueryInPasses } from '../emitted.js';
import { blockOver, renderBlock, subquery } from './block.js';
import type { Emission } from './emission.js';
import { expressionSql } from './expressions.js';
import { columnName } from './names.js';
import { referencedColumns } from './references.js';
import { blockOf, planSql } from './relations.js';
import { mayBeMultiValue } from './sources.js';

/** Aggregates whose state has the size of a number, so that the engine spills groups by itself. */
const small: ReadonlySet<string> = new Set(['COUNT', 'SUM', 'AVG', 'MIN', 'MAX', 'GROUPING']);

const growsBeyondNumbers = ({ function: name, distinct, args }: AggregateCall): boolean =>
  distinct || !small.has(name) || (name !== 'COUNT' && args.some(({ type }) => isString(type)));

const hasSubquery = (key: AggregateNode['keys'][number]): boolean => {
  let found = false;
  visitExpression(key.expression, (part) => {
    found ||= 'plan' in part;
  });
  return found;
};

/** An aggregation whose rows can be divided by their groups. */
function passesOf(node: AggregateNode, emission: Emission): AggregationPasses | undefined {
  const { syntax, stored } = emission;
  const { input, keys, groupingSets } = node;
  const isOrdinary = groupingSets.length === 1 && groupingSets[0]?.length === keys.length;
  if (!isOrdinary || !node.aggregates.some(({ expression }) => growsBeyondNumbers(expression))) return undefined;
  // A row may be in several groups of a multi-value string; those of the other keys divide the rows all the same.
  const dividing = keys.filter((key) => !mayBeMultiValue(key.expression, emission) && !hasSubquery(key));
  if (!syntax.hash || dividing.length === 0) return undefined;
  const needed = referencedColumns([keys, node.aggregates]);
  const ids = input.fields.map(({ id }) => id).filter((id) => needed.has(id));
  const hash = columnName(emission.freshId());
  const hashSql = syntax.hash(dividing.map(({ expression }) => expressionSql(expression, emission)));
  const rows = subquery(renderBlock(blockOf(input, emission), ids));
  const inputSql = `SELECT ${[...ids.map(columnName), `${hashSql} AS ${hash}`].join(', ')} FROM ${rows}`;
  const inputName = emission.fresh('grouped');
  const before = stored.get(input);
  stored.set(input, blockOver(inputName, ids));
  const sql = planSql(node, emission);
  if (before) stored.set(input, before);
  else stored.delete(input);
  return { input: inputName, inputSql, hash, output: emission.fresh('groups'), sql };
}

/** Undefined where no aggregation of the plan can be divided. The plan has been emitted before. */
export function queryInPasses(plan: Plan, emission: Emission): QueryInPasses | undefined {
  const aggregations: AggregationPasses[] = [];
  const visit = (node: Plan): void => {
    planInputs(node).forEach(visit);
    if (node.kind !== 'aggregate' || emission.stored.has(node)) return;
    const passes = passesOf(node, emission);
    if (!passes) return;
    aggregations.push(passes);
    emission.stored.set(
      node,
      blockOver(
        passes.output,
        node.fields.map(({ id }) => id),
      ),
    );
  };
  visit(plan);
  return aggregations.length > 0 ? { aggregations, sql: planSql(plan, emission) } : undefined;
}
