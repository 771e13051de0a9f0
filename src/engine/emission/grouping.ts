import { VARCHAR } from '../../sql/types.js';
import type { AggregateNode, Computed, Expression } from '../../sql/plan/index.js';
import { isGrouped } from './aggregates.js';
import { type Block, type BlockColumn, wrap } from './block.js';
import type { Emission } from './emission.js';
import { expressionSql } from './expressions.js';
import { combinationsOf } from './multi-value.js';
import { columnName } from './names.js';
import { referencedColumns } from './references.js';
import { mayBeMultiValue } from './sources.js';

type Key = Computed<Expression>;

interface GroupedKeys {
  /** What is aggregated. */
  readonly block: Block;
  /** The keys, computed from the block's FROM. */
  readonly keys: readonly BlockColumn[];
}

/**
 * The keys of an aggregation. Grouping by a multi-value string puts a row into the group of each of its values, and by
 * several ones into that of each combination, so rows with such values are multiplied below the aggregation. Plain text
 * passes the same UNNEST as a list of one, which costs about as much as hashing one more key.
 */
export function groupedKeys(node: AggregateNode, input: Block, emission: Emission): GroupedKeys {
  const several = node.keys.filter(
    ({ expression }, index) => isGrouped(index, node) && mayBeMultiValue(expression, emission),
  );
  const unnests = emission.options.multiValueUnnesting ?? true;
  const exploded = unnests
    ? explode(several, node, input, emission)
    : { block: input, values: new Map(several.map((key) => [key.field.id, singleValue(key, emission)])) };
  const { block, values } = needsColumns(node, emission) ? nameKeys(node, exploded, emission) : exploded;
  const keys = node.keys.map(({ field, expression }, index) => {
    if (!isGrouped(index, node))
      return { id: field.id, sql: emission.syntax.literal({ kind: 'literal', value: null, type: field.type }) };
    return { id: field.id, sql: values.get(field.id) ?? expressionSql(expression, emission) };
  });
  // A key has one value in each group, whatever its type allowed before.
  for (const { field } of node.keys) emission.multiValueFields.set(field.id, false);
  return { block, keys };
}

/** A key that must have one value (UnexpectedMultiValueDimensionException). */
function singleValue({ field, expression }: Key, emission: Emission): string {
  const { syntax } = emission;
  const sql = expressionSql(expression, emission);
  const name = expression.kind === 'column' ? expression.name : field.name;
  const message =
    `Encountered multi-value dimension [${name}] that cannot be processed with ` +
    `'groupByEnableMultiValueUnnesting' set to false. Consider setting 'groupByEnableMultiValueUnnesting' to true in ` +
    'your query context.';
  const fails = syntax.fail(syntax.literal({ kind: 'literal', value: message, type: VARCHAR }));
  return `CASE WHEN ${syntax.isMulti(sql)} THEN ${fails} ELSE ${sql} END`;
}

/** A block and the SQL of those keys that are not simply their expressions over it. */
interface Exploded {
  readonly block: Block;
  readonly values: ReadonlyMap<number, string>;
}

const needsColumns = (node: AggregateNode, { syntax }: Emission): boolean =>
  !syntax.groupingSetsKnowAliases && node.groupingSets.length > 1;

/** Computes the keys below the aggregation, so that it finds them as columns. */
function nameKeys(node: AggregateNode, { block, values }: Exploded, emission: Emission): Exploded {
  const needed = referencedColumns(node.aggregates);
  const kept = block.columns.filter(({ id }) => needed.has(id));
  const keys = node.keys.map(({ field, expression }) => ({
    id: field.id,
    sql: values.get(field.id) ?? expressionSql(expression, emission),
  }));
  const named = wrap({ ...block, columns: [...kept, ...keys], computed: true });
  return { block: named, values: new Map(keys.map(({ id }) => [id, columnName(id)])) };
}

function explode(several: readonly Key[], node: AggregateNode, input: Block, emission: Emission): Exploded {
  const { syntax } = emission;
  const [first] = several;
  if (!first) return { block: input, values: new Map() };
  const needed = referencedColumns([node.keys, node.aggregates]);
  const kept = input.columns.filter(({ id }) => needed.has(id));
  if (several.length === 1) {
    const list = syntax.unnest(syntax.multiValues(expressionSql(first.expression, emission)));
    const block = wrap({ ...input, columns: [...kept, { id: first.field.id, sql: list }], computed: true });
    return { block, values: new Map([[first.field.id, columnName(first.field.id)]]) };
  }
  // Names of their own: GROUP BY would take a column of FROM before the key of the same name.
  const texts = several.map(({ expression }) => ({
    id: emission.freshId(),
    sql: expressionSql(expression, emission),
  }));
  const named = wrap({ ...input, columns: [...kept, ...texts], computed: true });
  const names = texts.map(({ id }) => columnName(id));
  const combinations = combinationsOf(syntax, names, () => emission.fresh('each'));
  const combination = { id: emission.freshId(), sql: syntax.unnest(combinations) };
  const block = wrap({ ...named, columns: [...named.columns, combination], computed: true });
  const chosen = columnName(combination.id);
  const values = names.map((name) => `CASE WHEN ${chosen} IS NULL THEN ${name} ELSE ${chosen}.${name} END`);
  return { block, values: new Map(several.map(({ field }, index) => [field.id, values[index] ?? ''])) };
}
