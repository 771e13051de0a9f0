/** What each of Druid's SQL engines refuses, in Druid's words: `native` answers at once, `msq-task` makes tasks. */
import { SqlError } from '../sql/errors.js';
import type { ExplainStatement, SelectStatement } from '../sql/plan/index.js';
import type { CompiledStatement } from './compile.js';

const refuse = (message: string): SqlError => new SqlError('validation', message);

/**
 * Interactive queries read no external data and write nothing.
 * @throws SqlError
 */
export function checkInteractive({ statement, emitted }: CompiledStatement): SelectStatement | ExplainStatement {
  switch (statement.kind) {
    case 'explain':
      return statement;
    case 'select':
      if (statement.exportTo) {
        throw refuse(
          'Writing to external sources are not supported by requested SQL engine [native], consider using MSQ.',
        );
      }
      if (!emitted.relations.some(({ node }) => node.kind === 'external')) return statement;
      throw refuse('Query could not be planned. A possible reason is [Cannot use [EXTERN] with SQL engine [native].]');
    case 'insert':
      throw refuse('INSERT operations are not supported by requested SQL engine [native], consider using MSQ.');
    case 'replace':
      throw refuse('REPLACE operations are not supported by the requested SQL engine [native].  Consider using MSQ.');
  }
}

/**
 * Tasks read no system tables.
 * @throws SqlError
 */
export function checkTask({ emitted }: CompiledStatement): void {
  const tables = emitted.relations.flatMap(({ node }) =>
    node.kind === 'scan' && node.schema !== 'druid' && node.schema !== 'lookup' ? [`${node.schema}.${node.table}`] : [],
  );
  if (tables.length === 0) return;
  throw refuse(`Cannot query table(s) [${[...new Set(tables)].join(', ')}] with SQL engine [msq-task]`);
}

/**
 * Previews show what a SELECT answers; they write nothing.
 * @throws SqlError
 */
export function checkPreview({ statement }: CompiledStatement): SelectStatement {
  if (statement.kind === 'select' && !statement.exportTo) return statement;
  throw refuse('Only a SELECT can be previewed: give the query without INSERT, REPLACE or EXPLAIN');
}
