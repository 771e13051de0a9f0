/** A table of rows that stand in the statement itself, as JSON lines; `signature` has Druid's native types by name. */
export function inlineSql(
  rows: readonly Readonly<Record<string, unknown>>[],
  signature: Readonly<Record<string, string>>,
): string {
  const text = (value: unknown): string => `'${JSON.stringify(value).replaceAll("'", "''")}'`;
  const source = { type: 'inline', data: rows.map((row) => JSON.stringify(row)).join('\n') };
  const columns = Object.entries(signature).map(([name, type]) => ({ name, type }));
  return `TABLE(EXTERN(${text(source)}, '{"type":"json"}', ${text(columns)}))`;
}
