/** LOOKUP as what it stands for: the value of a table `lookup.x` of keys and values. */
import { validationError } from '../errors.js';
import type { CallExpression, Expression, Plan, ScanNode } from '../plan/index.js';
import { rewriteExpression, rewritePlanExpressions } from '../plan/walk.js';
import { BOOLEAN, VARCHAR } from '../types.js';
import type { Binding } from './binding.js';
import { call, columnOf, filter } from './build.js';

const nullableText = { ...VARCHAR, nullable: true };

/** The value of the key in a lookup; MAX says that there is one at most, which engines want to know. */
function valueOf(key: Expression, name: string, binding: Binding): Expression {
  const k = binding.newField('k', VARCHAR);
  const v = binding.newField('v', nullableText);
  const scan: ScanNode = { kind: 'scan', schema: 'lookup', table: name, fields: [k, v] };
  const found = binding.newField('v', nullableText);
  const plan: Plan = {
    kind: 'aggregate',
    input: filter(scan, call('=', [columnOf(k), key], { ...BOOLEAN, nullable: true })),
    keys: [],
    groupingSets: [[]],
    aggregates: [
      { field: found, expression: { function: 'MAX', args: [columnOf(v)], distinct: false, type: nullableText } },
    ],
    fields: [found],
  };
  return { kind: 'scalarSubquery', plan, type: nullableText };
}

function lookUp({ args, span }: CallExpression, binding: Binding): Expression {
  const [key, named, missing] = args.map((arg) => withoutLookups(arg, binding));
  const name = named?.kind === 'literal' && typeof named.value === 'string' ? named.value : '';
  if (!key || !binding.options.catalog.table('lookup', name)) throw validationError(`Lookup [${name}] not found`, span);
  const value = valueOf(key, name, binding);
  return missing ? call('COALESCE', [value, missing], nullableText) : value;
}

const withoutLookups = (expression: Expression, binding: Binding): Expression =>
  rewriteExpression(expression, (part) =>
    part.kind === 'call' && part.function === 'LOOKUP' ? lookUp(part, binding) : undefined,
  );

/**
 * The plan with every LOOKUP as a subquery.
 * @throws SqlError where there is no such lookup
 */
export const withLookups = (plan: Plan, binding: Binding): Plan =>
  rewritePlanExpressions(plan, (part) =>
    part.kind === 'call' && part.function === 'LOOKUP' ? lookUp(part, binding) : undefined,
  );
