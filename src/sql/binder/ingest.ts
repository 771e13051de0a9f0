/** INSERT and REPLACE (org.apache.druid.sql.calcite.planner.DruidSqlValidator.validateInsert, IngestHandler). */
import type { Identifier, Insert, Query, Replace } from '../ast.js';
import { pairedValue } from '../serializable-pair.js';
import { unsupportedError, validationError } from '../errors.js';
import type { IngestStatement, OutputColumn, Plan } from '../plan/index.js';
import { formatType, isDatetime, isInteger, TIMESTAMP } from '../types.js';
import type { Binding, BoundQuery } from './binding.js';
import { columnOf } from './build.js';
import { makeCast } from './convert.js';
import { withFields } from './from.js';
import { overwriteRanges } from './overwrite.js';
import { resolvePartitioning } from './partitioning.js';
import { clusteringByTarget, withTargetNames } from './target-columns.js';

/** Binds an INSERT or a REPLACE into a datasource. */
export function bindIngest(node: Insert | Replace, binding: Binding): IngestStatement {
  const operation = node.kind === 'insert' ? 'INSERT' : 'REPLACE';
  const dataSource = targetName(node, operation, binding);
  if (node.query.orderBy) {
    throw validationError(
      `Cannot use an ORDER BY clause on a Query of type [${operation}], use CLUSTERED BY instead`,
      node.query.orderBy[0]?.span,
    );
  }
  if (!node.partitionedBy) {
    throw validationError(
      `Operation [${operation}] requires a PARTITIONED BY to be explicitly defined, but none was found.`,
    );
  }
  const partitionedBy = resolvePartitioning(node.partitionedBy);
  if ((node.query.limit ?? node.query.offset) && partitionedBy.kind !== 'all') {
    throw validationError(
      `INSERT and REPLACE queries cannot have ${node.query.limit ? 'a LIMIT' : 'an OFFSET'} unless PARTITIONED BY is "ALL".`,
      (node.query.limit ?? node.query.offset)?.span,
    );
  }
  const overwrite = node.kind === 'replace' ? resolveOverwrite(node, binding) : undefined;
  const clustered = clusteredQuery(node);
  const query = withTargetNames(binding.query(clustered, {}), node.columns);
  checkOutputs(query);
  const clusteredBy = clusteringColumns(node, query);
  const plan = query.plan.kind === 'sort' && clustered !== node.query ? query.plan.input : query.plan;
  const { plan: timed, columns } = withTime(plan, query, binding);
  if (partitionedBy.kind !== 'all' && !columns.some((column) => column.name === '__time')) {
    throw validationError(
      `The query must have an output column [__time] unless it is PARTITIONED BY ALL`,
      node.partitionedBy.span,
    );
  }
  return {
    kind: node.kind,
    dataSource,
    plan: timed,
    columns,
    partitionedBy,
    clusteredBy,
    ...(overwrite !== undefined && { overwrite }),
  };
}

function targetName(node: Insert | Replace, operation: string, binding: Binding): string {
  if (node.target.kind === 'call') {
    throw unsupportedError(`Writing to EXTERN destinations with ${operation} is not supported`, node.target.span);
  }
  const { names, span }: Identifier = node.target;
  if (node.exportFormat !== undefined) {
    throw validationError(
      'The AS <format> clause should only be specified while exporting rows into an EXTERN destination.',
      span,
    );
  }
  const name = names[names.length - 1] ?? '';
  if (names.length > 2) throw validationError(`Druid does not support 3+ part names: [${names.join('.')}]`, span);
  const schema = names.length === 2 ? names[0] : undefined;
  const known = schema === undefined ? undefined : binding.options.catalog.table(schema, name);
  if ((schema !== undefined && schema !== 'druid') || (known && known.schema !== 'druid')) {
    throw validationError(
      `Table [${names.join('.')}] does not support operation [${operation}] because it is not a Druid datasource`,
      span,
    );
  }
  // As in Druid's IdUtils.validateId.
  const problem =
    name.trim() === ''
      ? 'must not be null'
      : name.startsWith('.')
        ? "cannot start with '.'"
        : name.includes('/') || /[\t\n\r\f\v]/.test(name)
          ? 'contains illegal character'
          : undefined;
  if (problem !== undefined)
    throw validationError(`Invalid value for field [table]: Value [${name}] ${problem}.`, span);
  return name;
}

function resolveOverwrite(node: Replace, binding: Binding): NonNullable<IngestStatement['overwrite']> {
  if (node.overwrite === undefined) {
    throw validationError(
      'Missing time chunk information in OVERWRITE clause for REPLACE. Use OVERWRITE WHERE <__time based condition> or OVERWRITE ALL to overwrite the entire table.',
    );
  }
  return node.overwrite === 'ALL' ? 'all' : overwriteRanges(node.overwrite, binding.options.timeZone);
}

/** CLUSTERED BY is bound as the query's order, as Druid does. */
function clusteredQuery(node: Insert | Replace): Query {
  const { query } = node;
  const clusteredBy = clusteringByTarget(node);
  if (!clusteredBy || clusteredBy.length === 0) return query;
  for (const item of clusteredBy) {
    if (item.descending) {
      throw validationError(`Invalid CLUSTERED BY clause: cannot sort in descending order.`, item.span);
    }
    if (item.expr.kind === 'literal' && item.expr.value.type === 'decimal' && Number(item.expr.value.text) < 1) {
      throw validationError(
        `Ordinal [${item.expr.value.text}] specified in the CLUSTERED BY clause is invalid. It must be a positive integer.`,
        item.span,
      );
    }
  }
  if (!query.limit && !query.offset) return { ...query, orderBy: clusteredBy };
  // A limited query is clustered after its limit, so the order goes around it.
  const star = { expr: { kind: 'star', span: query.span }, span: query.span } as const;
  const from = { kind: 'derived', lateral: false, query, span: query.span } as const;
  return {
    kind: 'query',
    body: { kind: 'select', distinct: false, items: [star], from, span: query.span },
    orderBy: clusteredBy,
    span: query.span,
  };
}

function checkOutputs(query: BoundQuery): void {
  const seen = new Set<string>();
  for (const output of query.outputs) {
    if (!output.named && output.name.startsWith('EXPR$')) {
      throw validationError(
        'Insertion requires columns to be named, but at least one of the columns was unnamed.  This is usually the result of applying a function without having an AS clause, please ensure that all function calls are named with an AS clause as in "func(X) as myColumn".',
        output.span,
      );
    }
    if (seen.has(output.name)) throw validationError(`Duplicate field in SELECT: [${output.name}]`, output.span);
    seen.add(output.name);
    const { type } = output.field;
    if (type.name === 'COMPLEX' && type.complex !== 'json' && !pairedValue(type)) {
      throw unsupportedError(`Column [${output.name}] of type [${formatType(type)}] cannot be stored`, output.span);
    }
  }
}

function clusteringColumns(node: Insert | Replace, query: BoundQuery): IngestStatement['clusteredBy'] {
  if (!node.clusteredBy || query.plan.kind !== 'sort') return [];
  return query.plan.keys.map((key, index) => {
    const { expression } = key;
    const output =
      expression.kind === 'column' ? query.outputs.find((each) => each.field.id === expression.id) : undefined;
    if (!output) {
      throw unsupportedError(
        'CLUSTERED BY is supported only for columns of the SELECT list',
        node.clusteredBy?.[index]?.span,
      );
    }
    return { column: output.name, descending: false };
  });
}

/** The outputs as columns, __time as TIMESTAMP: Druid takes milliseconds for it, too. */
function withTime(
  plan: Plan,
  query: BoundQuery,
  binding: Binding,
): { readonly plan: Plan; readonly columns: readonly OutputColumn[] } {
  const visible = withFields(
    plan,
    query.outputs.map((output) => output.field),
  );
  const time = query.outputs.find((output) => output.name === '__time');
  const columns = query.outputs.map(({ name, field }) => ({ fieldId: field.id, name, type: field.type }));
  if (!time || time.field.type.name === 'TIMESTAMP') return { plan: visible, columns };
  const { type } = time.field;
  if (!isDatetime(type) && !isInteger(type) && type.name !== 'NULL') {
    throw validationError(`Field [__time] was the wrong type [${formatType(type)}], expected [TIMESTAMP]`, time.span);
  }
  const target = binding.newField('__time', { ...TIMESTAMP, nullable: type.nullable });
  const computed = visible.fields.map((field) =>
    field.id === time.field.id
      ? { field: target, expression: makeCast(columnOf(field), target.type) }
      : { field, expression: columnOf(field) },
  );
  return {
    plan: { kind: 'project', input: visible, columns: computed, fields: computed.map((column) => column.field) },
    columns: columns.map((column) =>
      column.fieldId === time.field.id ? { ...column, fieldId: target.id, type: target.type } : column,
    ),
  };
}
