import { defineStages, type StageDefinition } from '../msq/definition.js';
import type { IngestStatement, SelectStatement } from '../sql/plan/index.js';
import type { CompiledStatement } from './compile.js';

/** The stages that a statement runs in, as its report and EXPLAIN show them. */
export function stagesOf(
  { context, emitted }: CompiledStatement,
  statement: SelectStatement | IngestStatement,
  queryId: string,
): readonly StageDefinition[] {
  const time = { column: '__time', descending: false };
  const sortedBy =
    statement.kind === 'select'
      ? []
      : context.forceSegmentSortByTime
        ? [time, ...statement.clusteredBy.filter(({ column }) => column !== '__time')]
        : statement.clusteredBy;
  return defineStages({
    queryId,
    plan: statement.plan,
    columns: statement.columns,
    leaves: emitted.relations.map(({ node }) => node),
    destination:
      statement.kind !== 'select'
        ? { kind: 'segments', dataSource: statement.dataSource, sortedBy }
        : statement.exportTo
          ? { kind: 'files', processor: 'exportResults' }
          : context.selectDestination === 'durableStorage'
            ? { kind: 'files', processor: 'selectResults' }
            : { kind: 'results' },
    maxWorkerCount: context.maxNumTasks - 1,
  });
}
