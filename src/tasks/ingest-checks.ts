import type { QueryContext } from '../msq/context.js';
import { granularityName } from '../msq/granularity-name.js';
import { formatInterval, isAligned } from '../segments/index.js';
import { SqlError } from '../sql/errors.js';
import {
  nextFieldId,
  planInputs,
  type Computed,
  type Expression,
  type Field,
  type IngestStatement,
  type OutputColumn,
  type Plan,
} from '../sql/plan/index.js';
import { formatType, isString, MULTI_VALUE_VARCHAR, type SqlType } from '../sql/types.js';
import type { ServerCatalog } from './catalog.js';
import { validateId } from './identifiers.js';

const refusal = (message: string): SqlError => new SqlError('validation', message);

const isArray = (type: SqlType): boolean => type.name === 'ARRAY';

/**
 * Text and arrays do not mix in one column: the rule of Druid's MSQTaskSqlEngine.validateTypeChanges.
 * @throws SqlError
 */
function checkTypeChanges(statement: IngestStatement, context: QueryContext, catalog: ServerCatalog): void {
  const table = catalog.table('druid', statement.dataSource);
  if (!table) return;
  const existing = new Map(table.columns.map(({ name, type }) => [name, type]));
  const skipped = new Set(context.skipTypeVerification);
  for (const { name, type } of statement.columns) {
    const before = existing.get(name);
    if (!before || skipped.has(name)) continue;
    const stored = isArray(type) && context.arrayIngestMode === 'mvd' ? MULTI_VALUE_VARCHAR : type;
    if (!((isArray(stored) && isString(before)) || (isString(stored) && isArray(before)))) continue;
    const isMvd = context.arrayIngestMode === 'mvd';
    const hint = isArray(stored)
      ? `Try wrapping this field using ARRAY_TO_MV(...) AS "${name}"`
      : isArray(type)
        ? `Try setting arrayIngestMode to[array] to retain the SQL type[${formatType(type)}]`
        : `Try${isMvd ? ' setting arrayIngestMode to[array] and' : ''} adjusting your query to make this column an ARRAY instead of VARCHAR`;
    throw refusal(
      `Cannot write into field[${name}] using type[${formatType(type)}] and arrayIngestMode[${context.arrayIngestMode}], ` +
        `since the existing type is[${formatType(before)}]. ${hint}. ` +
        'Set skipTypeVerification to the name of the column to write it nevertheless.',
    );
  }
}

/**
 * OVERWRITE WHERE must name whole time chunks, or it would remove rows that it does not name.
 * @throws SqlError
 */
function checkOverwriteAlignment({ overwrite, partitionedBy }: IngestStatement): void {
  if (overwrite === undefined || overwrite === 'all') return;
  for (const range of overwrite) {
    if (partitionedBy.kind === 'all' || !isAligned(range, partitionedBy)) {
      throw refusal(
        `OVERWRITE WHERE clause identified interval [${formatInterval(range)}] which is not aligned with PARTITIONED BY ` +
          `granularity [${granularityName(partitionedBy)}]`,
      );
    }
  }
}

/**
 * The sort order names columns that are stored.
 * @throws SqlError
 */
function checkSortOrder({ columns }: IngestStatement, { segmentSortOrder }: QueryContext): void {
  const names = new Set(['__time', ...columns.map(({ name }) => name)]);
  const missing = segmentSortOrder.find((name) => !names.has(name));
  if (missing === undefined) return;
  throw refusal(`Context parameter[segmentSortOrder] names column[${missing}], which the query does not put out`);
}

const lockTypes = { insert: ['SHARED', 'APPEND'], replace: ['EXCLUSIVE', 'REPLACE'] } as const;

/**
 * Locks of one kind of statement do not fit the other (MultiStageQueryContext.validateAndGetTaskLockType).
 * @throws SqlError
 */
function checkLockType({ kind }: IngestStatement, { taskLockType, useConcurrentLocks }: QueryContext): void {
  if (taskLockType === undefined || useConcurrentLocks) return;
  const fitting: readonly string[] = lockTypes[kind];
  if (fitting.includes(taskLockType)) return;
  throw refusal(
    `TaskLock must be of type [${fitting.join('] or [')}] for ${kind === 'insert' ? 'an INSERT' : 'a REPLACE'} query. ` +
      `Found invalid type [${taskLockType}] set. Please use [taskLockType] key in the context parameter and use one of ` +
      'the TaskLock types as mentioned earlier or remove this key for automatic lock type selection',
  );
}

const readsTable = (plan: Plan, table: string): boolean =>
  (plan.kind === 'scan' && plan.schema === 'druid' && plan.table === table) ||
  planInputs(plan).some((input) => readsTable(input, table));

/**
 * Druid's MSQTaskQueryMakerUtils.validateRealtimeReindex.
 * @throws SqlError
 */
function checkSegmentSource({ plan, dataSource }: IngestStatement, { includeSegmentSource }: QueryContext): void {
  if (includeSegmentSource !== 'REALTIME' || !readsTable(plan, dataSource)) return;
  throw refusal(
    `Cannot ingest into datasource[${dataSource}] since it is also being queried from, with REALTIME segments included. ` +
      'Ingest to a different datasource, or disable querying of realtime segments by modifying [includeSegmentSource] in ' +
      'the query context.',
  );
}

/** Arrays of text become multi-value strings (arrayIngestMode mvd, as before Druid 31). */
function arraysToMultiValue(statement: IngestStatement): IngestStatement {
  const { plan } = statement;
  let id = nextFieldId(plan);
  const replaced = new Map<number, Field>();
  const columns: Computed<Expression>[] = plan.fields.map((field): Computed<Expression> => {
    const column: Expression = { kind: 'column', id: field.id, name: field.name, type: field.type };
    if (!isArray(field.type)) {
      const kept: Field = { ...field, id: id++ };
      replaced.set(field.id, kept);
      return { field: kept, expression: column };
    }
    const type = MULTI_VALUE_VARCHAR;
    const turned: Field = { id: id++, name: field.name, type };
    replaced.set(field.id, turned);
    return { field: turned, expression: { kind: 'call', function: 'ARRAY_TO_MV', args: [column], type } };
  });
  const output = statement.columns.map((column): OutputColumn => {
    const field = replaced.get(column.fieldId);
    return field ? { ...column, fieldId: field.id, type: field.type } : column;
  });
  return {
    ...statement,
    plan: { kind: 'project', input: plan, columns, fields: columns.map(({ field }) => field) },
    columns: output,
  };
}

/**
 * What Druid's MSQ engine checks of an INSERT or REPLACE beyond its SQL, and arrayIngestMode applied to it.
 * @throws SqlError, InvalidInputError
 */
export function prepareIngest(
  statement: IngestStatement,
  context: QueryContext,
  catalog: ServerCatalog,
): IngestStatement {
  validateId('table', statement.dataSource);
  checkTypeChanges(statement, context, catalog);
  checkOverwriteAlignment(statement);
  checkSortOrder(statement, context);
  checkLockType(statement, context);
  checkSegmentSource(statement, context);
  const arrays = statement.columns.filter(({ type }) => isArray(type));
  if (arrays.length === 0 || context.arrayIngestMode === 'array') return statement;
  if (context.arrayIngestMode === 'none') {
    throw refusal(
      `Cannot ingest column[${arrays.map(({ name }) => name).join(', ')}]: array ingestion is disabled by arrayIngestMode[none]`,
    );
  }
  const numeric = arrays.find(({ type }) => type.element && !isString(type.element));
  if (numeric) {
    throw refusal(
      `Numeric arrays can only be ingested when 'arrayIngestMode' is set to 'array' in the MSQ query's context. ` +
        `Current value of the parameter [mvd], column [${numeric.name}]`,
    );
  }
  return arraysToMultiValue(statement);
}
