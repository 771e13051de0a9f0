/** Writes the reference of fault codes. */
import { faultAdvice, unreachableFaults } from '../src/msq/fault-advice.js';

/** The text of docs/faults.md. */
export function faultReference(): string {
  const rows = Object.entries(faultAdvice).map(
    ([code, { meaning, action }]) => `| \`${code}\` | ${meaning} | ${action} |`,
  );
  const others = Object.entries(unreachableFaults).map(([code, reason]) => `| \`${code}\` | ${reason} |`);
  return `# Faults

A task that fails says why in \`errorReport.error\` of its report: \`errorCode\`, \`errorMessage\` and the fields of the
code, all as in Druid; the task's status has both as \`errorMsg\`. A failed task has published nothing.

| code | meaning | what to do |
| --- | --- | --- |
${rows.join('\n')}

## Codes of Druid that do not occur

| code | why |
| --- | --- |
${others.join('\n')}
`;
}
