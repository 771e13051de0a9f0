/** Writes the table of which function runs on which engine out of the catalogue and the engines' emitters. */
import { sparkEmitter } from '../src/engine/spark/functions/index.js';
import type { FunctionDeclaration } from '../src/sql/functions/declaration.js';

/** Made from the plan, or rewritten by the binder, before any emitter is asked. */
const withoutEmitter: ReadonlySet<string> = new Set(['GROUPING', 'EARLIEST', 'LATEST', 'LOOKUP']);

const cell = (runs: boolean): string => (runs ? 'yes' : '–');

/** docs/engines.md. */
export function engineReference(functions: readonly FunctionDeclaration[]): string {
  const rows = functions
    .map((declaration) => {
      const isCommon = withoutEmitter.has(declaration.name);
      return {
        name: declaration.name.replaceAll('|', '\\|'),
        duckdb: isCommon || declaration.emit.duckdb !== undefined,
        spark: isCommon || sparkEmitter(declaration) !== undefined,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const count = (engine: 'duckdb' | 'spark'): string => `${rows.filter((row) => row[engine]).length} of ${rows.length}`;
  const table = [
    ['function', 'DuckDB', 'Spark'],
    ...rows.map(({ name, duckdb, spark }) => [`\`${name}\``, cell(duckdb), cell(spark)]),
  ];
  const widths = [0, 1, 2].map((index) => Math.max(...table.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, index) => text.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = table;
  return [
    '# Functions by engine',
    '',
    '<!-- Written by `npm run docs:engines`; do not edit. -->',
    '',
    `DuckDB runs ${count('duckdb')} functions and operators, Spark ${count('spark')}. A statement that calls one which its`,
    'engine does not run is refused before it starts, by the names of the function and the engine.',
    '',
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...body.map(line),
    '',
  ].join('\n');
}
