import type { QueryTab } from './tabs.js';

type Linked = Pick<QueryTab, 'sql'> & Partial<Pick<QueryTab, 'engine' | 'context' | 'mode'>>;

/** The address of a statement, with the context and the choices that it runs by. */
export function linkOf({ sql, engine = 'auto', context = {}, mode = 'table' }: Linked): string {
  const parameters = new URLSearchParams({ sql });
  if (engine !== 'auto') parameters.set('engine', engine);
  if (Object.keys(context).length > 0) parameters.set('context', JSON.stringify(context));
  if (mode !== 'table') parameters.set('mode', mode);
  return `/query?${parameters.toString()}`;
}

function contextOf(text: string | null): QueryTab['context'] | undefined {
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as QueryTab['context'])
      : undefined;
  } catch {
    return undefined;
  }
}

/** What a link opens; undefined when it names no statement. What cannot be read of the rest is left out. */
export function tabOfLink(search: string): Linked | undefined {
  const parameters = new URLSearchParams(search);
  const sql = parameters.get('sql');
  if (sql === null) return undefined;
  const engine = parameters.get('engine');
  const context = contextOf(parameters.get('context'));
  return {
    sql,
    ...((engine === 'task' || engine === 'interactive') && { engine }),
    ...(context && { context }),
    ...(parameters.get('mode') === 'chart' && { mode: 'chart' }),
  };
}
