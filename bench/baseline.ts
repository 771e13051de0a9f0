/** Runs a DuckDB script in a process of its own and prints its milliseconds; the peak of memory is read from outside. */
import { DuckDBInstance } from '@duckdb/node-api';

const statements = JSON.parse(process.argv[2] ?? '[]') as readonly string[];
const started = performance.now();
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
for (const statement of statements) await connection.run(statement);
process.send?.({ milliseconds: performance.now() - started });
// The parent reads the peak of memory from /proc before it lets the process go.
process.once('message', () => {
  connection.closeSync();
  instance.closeSync();
  process.disconnect();
});
