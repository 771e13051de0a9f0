import { explainColumns, explainRow } from '../msq/explain.js';
import { formatInterval } from '../segments/index.js';
import type { ExplainStatement } from '../sql/plan/index.js';
import { VARCHAR } from '../sql/types.js';
import type { CompiledStatement } from './compile.js';
import { replacedIntervals } from './ingest-job.js';
import type { QueryAnswer } from './query-service.js';
import { stagesOf } from './stages.js';

async function* oneBatch(rows: readonly (readonly unknown[])[]): AsyncGenerator<readonly (readonly unknown[])[]> {
  await Promise.resolve();
  yield rows;
}

/**
 * Answers EXPLAIN PLAN FOR: the plan with the stages that would run, and nothing runs.
 * @param queryId names the stages
 */
export function explain(compiled: CompiledStatement, { statement }: ExplainStatement, queryId: string): QueryAnswer {
  const replaced = statement.kind === 'select' ? undefined : replacedIntervals(statement)?.map(formatInterval);
  const row = explainRow({
    statement,
    stages: stagesOf(compiled, statement, queryId),
    reads: compiled.reads,
    readsExternal: compiled.emitted.relations.some(({ node }) => node.kind === 'external'),
    ...(replaced && { replaced }),
  });
  return { columns: explainColumns.map((name) => ({ name, type: VARCHAR })), rows: oneBatch([row]) };
}
