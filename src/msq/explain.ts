import type { BoundScript, IngestStatement, SelectStatement } from '../sql/plan/index.js';
import { nativeTypeName } from '../sql/types.js';
import type { StageDefinition } from './definition.js';
import { granularityJson } from './granularity-name.js';
import { planJson } from './plan-json.js';

/** Names of EXPLAIN's columns; all are text. */
export const explainColumns = ['PLAN', 'RESOURCES', 'ATTRIBUTES'] as const;

/** What EXPLAIN PLAN FOR tells of. */
export interface Explained {
  readonly statement: SelectStatement | IngestStatement;
  /** The stages that would run. */
  readonly stages: readonly StageDefinition[];
  readonly reads: BoundScript['reads'];
  /** The statement reads external data (EXTERN and its like). */
  readonly readsExternal: boolean;
  /** Intervals of OVERWRITE WHERE, as text. */
  readonly replaced?: readonly string[];
}

/** Druid's org.apache.druid.query.explain.ExplainAttributes. */
function attributes({ statement, replaced }: Explained): unknown {
  if (statement.kind === 'select') {
    const { exportTo } = statement;
    return exportTo ? { statementType: 'INSERT', targetDataSource: 'EXTERN' } : { statementType: 'SELECT' };
  }
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

/** What the statement must be allowed to read and write, by name; a datasource that is both is there twice, as in Druid. */
function resources({ statement, reads, readsExternal }: Explained): unknown {
  const written = statement.kind === 'select' ? [] : [statement.dataSource];
  const named = [
    ...[...reads, ...written].map((name) => ({ name, type: 'DATASOURCE' })),
    ...(readsExternal ? [{ name: 'EXTERNAL', type: 'EXTERNAL' }] : []),
  ];
  return named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The one row that EXPLAIN PLAN FOR answers. */
export function explainRow(explained: Explained): readonly [plan: string, resources: string, attributes: string] {
  const { plan, columns } = explained.statement;
  return [
    JSON.stringify([
      {
        query: planJson(plan),
        signature: columns.map(({ fieldId, type }) => ({ name: `c${fieldId}`, type: nativeTypeName(type) })),
        columnMappings: columns.map(({ fieldId, name }) => ({ queryColumn: `c${fieldId}`, outputColumn: name })),
        stages: explained.stages,
      },
    ]),
    JSON.stringify(resources(explained)),
    JSON.stringify(attributes(explained)),
  ];
}
