import { createRequire } from 'node:module';
import { Command } from 'commander';
import { addQueryCommand } from './query-command.js';
import { addQuickstartCommand } from './quickstart-command.js';
import { addServerCommand } from './server-command.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const program = new Command('millrace')
  .description("Druid's SQL-based ingestion in one command: the same SQL, API and reports.")
  .version(version)
  .showHelpAfterError('(run with --help for what is known)');

addServerCommand(program, version);
addQueryCommand(program);
addQuickstartCommand(program, version);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
