import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { EngineValue, SqlSession } from '../session.js';
import { toEngineError } from './failures.js';
import { createRowTable, type RowColumn, type RowValue } from './row-table.js';
import { rowsOfChunk } from './values.js';

/** How far the running statement has come, as far as DuckDB tells. */
export interface QueryProgress {
  /** 0 to 100; -1 while DuckDB cannot tell. */
  readonly percentage: number;
  readonly rowsProcessed: number;
  readonly totalRows: number;
}

/** CREATE TABLE AS answers the number of its rows instead of reporting it. */
function countOf(chunks: readonly DuckDBDataChunk[], names: readonly string[]): number {
  if (names.length !== 1 || names[0] !== 'Count' || !chunks[0]) return 0;
  return Number(rowsOfChunk(chunks[0])[0]?.[0] ?? 0);
}

/** A connection to DuckDB. Statements wait for each other; a stream ends when the next statement starts. */
export class DuckdbSession implements SqlSession {
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(private readonly connection: DuckDBConnection) {}

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work).catch((error: unknown) => {
      throw toEngineError(error);
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  run(sql: string): Promise<number> {
    return this.#inTurn(async () => {
      const result = await this.connection.run(sql);
      return result.rowsChanged || countOf(await result.fetchAllChunks(), result.columnNames());
    });
  }

  rows(sql: string): Promise<EngineValue[][]> {
    return this.#inTurn(async () => {
      const chunks = await (await this.connection.run(sql)).fetchAllChunks();
      return chunks.flatMap(rowsOfChunk);
    });
  }

  /** Makes a temporary table of rows; a table of that name is replaced. */
  createTable(
    name: string,
    columns: readonly RowColumn[],
    rows: readonly (readonly (RowValue | undefined)[])[],
  ): Promise<void> {
    return this.#inTurn(() => createRowTable(this.connection, name, columns, rows));
  }

  /**
   * Runs a query and yields its rows as DuckDB makes them, at most 2048 at a time. DuckDB computes ahead only as far as its
   * buffer goes, so a slow reader holds the query back.
   */
  async *stream(sql: string): AsyncGenerator<EngineValue[][], void, undefined> {
    const result = await this.#inTurn(() => this.connection.stream(sql));
    for (;;) {
      const chunk = await this.#inTurn(() => result.fetchChunk());
      if (!chunk || chunk.rowCount === 0) return;
      yield rowsOfChunk(chunk);
    }
  }

  /** Stops the running statement, which then fails with kind `interrupted`. */
  interrupt(): void {
    if (!this.#isClosed) this.connection.interrupt();
  }

  get progress(): QueryProgress {
    if (this.#isClosed) return { percentage: -1, rowsProcessed: 0, totalRows: 0 };
    const { percentage, rows_processed: processed, total_rows_to_process: total } = this.connection.progress;
    return { percentage, rowsProcessed: Number(processed), totalRows: Number(total) };
  }

  /** Disconnects after the running statement has ended. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#last;
    this.#isClosed = true;
    this.connection.disconnectSync();
  }
}
