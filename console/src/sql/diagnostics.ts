import { SqlError } from '../../../src/sql/errors.js';
import { compileSql } from '../../../src/sql/index.js';
import type { Catalog } from './catalog.js';
import { splitStatements, type StatementRange } from './statements.js';

/** Something wrong with a text. Offsets count from 0, end exclusive. */
export interface Problem {
  readonly from: number;
  readonly to: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** Calcite's place at the end of a message, which the underline shows already. */
const place = / \(line \[\d+\], column \[\d+\]\)$/;

function check(statement: StatementRange, catalog: Catalog): Problem | undefined {
  try {
    compileSql(statement.text, { catalog, now: Date.now() });
    return undefined;
  } catch (error) {
    // Only refusals of the text are the user's; anything else is for the server to tell.
    if (!(error instanceof SqlError)) return undefined;
    const { start, end } = error.span ?? { start: 0, end: statement.text.length };
    const from = Math.min(statement.start + start, statement.end);
    const to = Math.min(Math.max(statement.start + end, from + 1), statement.end);
    return {
      // At the end of the text there is nothing to underline but the character before.
      from: from === to ? Math.max(statement.start, to - 1) : from,
      to,
      severity: error.kind === 'unsupported' ? 'warning' : 'error',
      message: error.message.replace(place, ''),
    };
  }
}

/** Compiles each statement of a text against the catalogue, as the server will. */
export function findProblems(text: string, catalog: Catalog): readonly Problem[] {
  return splitStatements(text).flatMap((statement) => check(statement, catalog) ?? []);
}
