/** Writes the reference of context parameters out of their table. */
import { type ContextParameter, contextParameters } from '../src/msq/context.js';

const escaped = (text: string): string => text.replaceAll('|', String.raw`\|`);

function table(entries: readonly (readonly [string, ContextParameter<unknown>])[]): string {
  const rows = entries.map(
    ([name, { type, default: fallback, description }]) =>
      `| \`${name}\` | ${escaped(type)} | ${fallback === undefined ? '' : `\`${fallback}\``} | ${escaped(description)} |`,
  );
  return ['| parameter | value | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The text of docs/context.md. */
export function contextReference(): string {
  const all = Object.entries<ContextParameter<unknown>>(contextParameters);
  return `# Context parameters

A request's \`context\` sets them, and so does \`SET name = value;\` before the statement, which wins. A value of the wrong
type or out of its range is answered with status 400 and the parameter's name. Numbers and booleans may come as text.
Parameters that are not listed are kept in the task payload and otherwise ignored, as in Druid. Without
\`maxNumTasks\`, a task has a thread for each core.

## With an effect

${table(all.filter(([, { hasNoEffect }]) => !hasNoEffect))}

## Accepted

Checked like the others, and without effect, because what they tune in Druid is not there or needs no tuning.

${table(all.filter(([, { hasNoEffect }]) => hasNoEffect))}
`;
}
