import { EngineError, type SqlSession } from '../engine/session.js';
import { readLines } from './content.js';
import type { InputFile } from './input-file.js';
import type { PartPlan } from './part-plan.js';
import type { ParseProblem, ReadingPart } from './relation.js';

/** Characters of a record that a problem shows. */
const MAX_RECORD = 1_000;

const shorten = (record: string): string => (record.length > MAX_RECORD ? `${record.slice(0, MAX_RECORD)}…` : record);

async function findInFile(
  file: InputFile,
  { check, skippedLines }: NonNullable<PartPlan['badRecords']>,
  limit: number,
): Promise<readonly ParseProblem[]> {
  const found: ParseProblem[] = [];
  if (limit <= 0) return found;
  const undecoded: ParseProblem[] = [];
  for await (const [line, text] of readLines(file)) {
    if (line <= skippedLines) continue;
    const reason = check(text);
    if (reason === undefined) {
      // Where a line is not UTF-8 the engine refuses what JavaScript reads.
      if (undecoded.length < limit && text.includes('\uFFFD')) {
        undecoded.push({ source: file.source, line, reason: 'The record is not UTF-8', record: shorten(text) });
      }
      continue;
    }
    found.push({ source: file.source, line, reason, record: shorten(text) });
    if (found.length >= limit) break;
  }
  return found.length > 0 ? found : undecoded;
}

async function findProblems(
  plan: PartPlan,
  session: SqlSession,
  limit: number,
): Promise<{ readonly count: number; readonly first: readonly ParseProblem[] }> {
  const { badRecords } = plan;
  if (!badRecords) return { count: 0, first: [] };
  const counts = new Map((await session.rows(badRecords.sql)).map(([path, count]) => [String(path), Number(count)]));
  const first: ParseProblem[] = [];
  for (const file of plan.files) {
    const bad = counts.get(file.path) ?? 0;
    if (bad === 0 || first.length >= limit) continue;
    const found = await findInFile(file, badRecords, Math.min(limit - first.length, bad));
    // The engine is stricter than JavaScript in places, such as with duplicate values on a line.
    first.push(...(found.length > 0 ? found : [{ source: file.source, reason: 'A record could not be parsed' }]));
  }
  return { count: [...counts.values()].reduce((total, count) => total + count, 0), first };
}

/** The file that a message of the engine names, or the only file there is. */
function fileOf(plan: PartPlan, message: string): InputFile | undefined {
  const named = plan.files.filter(({ path }) => message.includes(path));
  const [longest] = named.sort((one, other) => other.path.length - one.path.length);
  return longest ?? (plan.files.length === 1 ? plan.files[0] : undefined);
}

/** Whether a message speaks of the files' content, not of what the statement did with it. */
const isAboutFiles = (plan: PartPlan, message: string): boolean =>
  plan.files.some(({ path }) => message.includes(path)) ||
  /malformed json|not a json object|un-terminated quoted|incorrect regex|csv error|zlib|gzip|zstd|utf-?8|parquet/i.test(
    message,
  );

async function explain(plan: PartPlan, session: SqlSession, error: unknown): Promise<ParseProblem | undefined> {
  if (!(error instanceof EngineError) || error.kind !== 'data' || !isAboutFiles(plan, error.message)) return undefined;
  if (plan.badRecords) {
    const known = await findProblems(plan, session, 1).catch(() => undefined);
    if (known?.first[0]) return known.first[0];
  }
  const file = fileOf(plan, error.message);
  if (!file) return undefined;
  const [reason = ''] = error.message.replaceAll(file.path, file.source).split('\n');
  return { source: file.source, reason };
}

/** Makes a part of its plan. */
export function readingPart(plan: PartPlan, session: SqlSession): ReadingPart {
  return {
    sql: plan.sql,
    ...(plan.quickSql !== undefined && { quickSql: plan.quickSql }),
    files: plan.files.length,
    bytes: plan.files.reduce((total, { bytes }) => total + bytes, 0),
    size: plan.size,
    // What is strict has failed at the first bad record, so nothing is read again.
    problems: (limit) => (plan.strict ? Promise.resolve({ count: 0, first: [] }) : findProblems(plan, session, limit)),
    explain: (error) => explain(plan, session, error),
  };
}
