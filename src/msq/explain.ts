import type { BoundScript, IngestStatement, SelectStatement } from '../sql/plan/index.js';
import { nativeTypeName } from '../sql/types.js';
import { granularityJson } from './granularity-name.js';
import { planJson } from './plan-json.js';

/** Names of EXPLAIN's columns; all are text. */
export const explainColumns = ['PLAN', 'RESOURCES', 'ATTRIBUTES'] as const;

function attributes(statement: SelectStatement | IngestStatement, replaced: readonly string[] | undefined): unknown {
  if (statement.kind === 'select') return { statementType: 'SELECT' };
  return {
    statementType: statement.kind.toUpperCase(),
    targetDataSource: statement.dataSource,
    partitionedBy: granularityJson(statement.partitionedBy),
    ...(statement.clusteredBy.length > 0 && { clusteredBy: statement.clusteredBy.map(({ column }) => column) }),
    ...(statement.overwrite !== undefined && {
      replaceTimeChunks: statement.overwrite === 'all' ? 'all' : (replaced ?? []).join(','),
    }),
  };
}

/**
 * The one row that EXPLAIN PLAN FOR answers.
 * @param replaced intervals of OVERWRITE WHERE, as text
 */
export function explainRow(
  statement: SelectStatement | IngestStatement,
  reads: BoundScript['reads'],
  replaced?: readonly string[],
): readonly [plan: string, resources: string, attributes: string] {
  const { plan, columns } = statement;
  const datasources = statement.kind === 'select' ? reads : [...new Set([...reads, statement.dataSource])];
  return [
    JSON.stringify([
      {
        query: planJson(plan),
        signature: columns.map(({ fieldId, type }) => ({ name: `c${fieldId}`, type: nativeTypeName(type) })),
        columnMappings: columns.map(({ fieldId, name }) => ({ queryColumn: `c${fieldId}`, outputColumn: name })),
      },
    ]),
    JSON.stringify(datasources.map((name) => ({ name, type: 'DATASOURCE' }))),
    JSON.stringify(attributes(statement, replaced)),
  ];
}
