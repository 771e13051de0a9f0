import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { Option, type Command } from 'commander';
import { MillraceClient, taskRows } from '../client/index.js';
import { answerFormats, formatAnswer, type AnswerFormat } from './answer-format.js';
import { summarize } from './task-progress.js';
import { runTask } from './task-run.js';

interface QueryOptions {
  readonly url: string;
  readonly file?: string;
  readonly format: AnswerFormat;
  readonly task?: boolean;
  readonly interactive?: boolean;
  readonly context: Readonly<Record<string, unknown>>;
  readonly quiet?: boolean;
}

function addContext(setting: string, context: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const [key = '', ...rest] = setting.split('=');
  if (key === '' || rest.length === 0) throw new Error(`--context wants key=value, not '${setting}'`);
  const value = rest.join('=');
  try {
    return { ...context, [key]: JSON.parse(value) as unknown };
  } catch {
    return { ...context, [key]: value };
  }
}

/** INSERT and REPLACE always run as tasks; comments and SET statements may stand before them. */
function isIngestion(sql: string): boolean {
  const statement = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ').replace(/^(\s*SET\s[^;]*;)*/i, '');
  return /^\s*(INSERT|REPLACE)\b/i.test(statement);
}

async function readSql(argument: string | undefined, file: string | undefined): Promise<string> {
  if (argument !== undefined && file !== undefined) throw new Error('Give the statement or -f FILE, not both');
  if (argument !== undefined) return argument;
  if (file !== undefined) return readFileSync(file, 'utf8');
  if (process.stdin.isTTY) throw new Error('No statement: give it as an argument, by -f FILE, or through a pipe');
  return text(process.stdin);
}

async function runAsTask(
  client: MillraceClient,
  sql: string,
  options: QueryOptions,
  signal: AbortSignal,
): Promise<void> {
  const { taskId, report, elapsedMs } = await runTask(
    client,
    { query: sql, context: options.context },
    {
      signal,
      ...(!options.quiet && { progress: process.stderr as NodeJS.WriteStream }),
    },
  );
  const answer = taskRows(report);
  if (answer) process.stdout.write(formatAnswer(answer, options.format));
  for (const warning of report.status.warnings ?? []) {
    process.stderr.write(`warning: ${warning.error.errorMessage ?? ''}\n`);
  }
  if (options.quiet) return;
  const { rowsWritten } = summarize(report);
  const written = answer ? '' : ` ${rowsWritten.toLocaleString('en-US')} rows in`;
  process.stderr.write(`${taskId}:${written} ${(elapsedMs / 1000).toFixed(2)} s\n`);
  if (report.results?.resultsTruncated) process.stderr.write('The answer was cut off; run the query interactively.\n');
}

async function run(statement: string | undefined, options: QueryOptions): Promise<void> {
  const sql = await readSql(statement, options.file);
  const client = new MillraceClient(options.url);
  const abort = new AbortController();
  process.once('SIGINT', () => {
    abort.abort();
  });
  if (options.task || (!options.interactive && isIngestion(sql))) {
    await runAsTask(client, sql, options, abort.signal);
  } else {
    const answer = await client.queryArrays({ query: sql, context: options.context }, { signal: abort.signal });
    process.stdout.write(formatAnswer(answer, options.format));
  }
}

/** Adds `millrace query`. */
export function addQueryCommand(program: Command): void {
  program
    .command('query')
    .description('Run a statement on a server: INSERT and REPLACE as a task, anything else at once.')
    .argument('[statement]', 'SQL; read from the standard input when neither this nor -f is given')
    .option('-f, --file <file>', 'read the SQL from a file')
    .option('--url <url>', 'the server', process.env['MILLRACE_URL'] ?? 'http://127.0.0.1:8888')
    .addOption(new Option('--format <format>', 'how rows are printed').choices(answerFormats).default('table'))
    .option('--task', 'run as a task even if it is a SELECT')
    .option('--interactive', 'run at once, never as a task')
    .option('-c, --context <key=value>', 'a context parameter; may be repeated', addContext, {})
    .option('-q, --quiet', 'print nothing but rows and errors')
    .action(run);
}
