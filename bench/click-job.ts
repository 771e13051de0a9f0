/** The columns that the job takes apart: the output's name, the top-level field, and the path inside it. */
const columns: readonly (readonly [name: string, field: string, inner?: string])[] = [
  ['session', 'session'],
  ['number', 'number'],
  ['event_type', 'event', 'type'],
  ['agent_type', 'agent', 'type'],
  ['agent_category', 'agent', 'category'],
  ['browser', 'agent', 'browser'],
  ['browser_version', 'agent', 'browser_version'],
  ['os', 'agent', 'os'],
  ['platform', 'agent', 'platform'],
  ['client_ip', 'client_ip'],
  ['continent', 'geo_ip', 'continent'],
  ['country', 'geo_ip', 'country'],
  ['region', 'geo_ip', 'region'],
  ['city', 'geo_ip', 'city'],
  ['language', 'language'],
  ['adblock_list', 'adblock_list'],
  ['app_version', 'app_version'],
  ['path', 'path'],
  ['loaded_image', 'loaded_image'],
  ['referrer', 'referrer'],
  ['referrer_host', 'referrer_host'],
  ['server_ip', 'server_ip'],
  ['screen', 'screen'],
  ['session_length', 'session_length'],
];

const nested = new Set(columns.filter(([, , inner]) => inner !== undefined).map(([, field]) => field));
const fields = ['timestamp', ...new Set(columns.map(([, field]) => field))];

/** The job as a user of Druid writes it. */
export function druidStatement(dataSource: string, file: string): string {
  const type = (field: string): string =>
    nested.has(field) ? 'COMPLEX<json>' : field === 'session_length' ? 'long' : 'string';
  const signature = JSON.stringify(fields.map((name) => ({ name, type: type(name) })));
  const source = JSON.stringify({ type: 'local', files: [file] });
  const select = columns.map(([name, field, inner]) =>
    inner === undefined ? `"${field}" AS "${name}"` : `JSON_VALUE("${field}", '$.${inner}') AS "${name}"`,
  );
  return `REPLACE INTO "${dataSource}" OVERWRITE ALL
SELECT TIME_PARSE("timestamp") AS "__time", ${select.join(', ')}
FROM TABLE(EXTERN('${source.replaceAll("'", "''")}', '{"type":"json"}', '${signature}'))
PARTITIONED BY HOUR`;
}

/**
 * The same job as one hand-written DuckDB script: declared types, nested fields read as structs (which only somebody
 * who knows the data can write), the field that is a text or a list kept as JSON, rows in order of time in one
 * Parquet file an hour.
 */
export function handWrittenScript(file: string, directory: string): readonly string[] {
  const inner = (field: string): string =>
    [...new Set(columns.filter(([, from, name]) => from === field && name).map(([, , name]) => name))]
      .map((name) => `"${name ?? ''}" VARCHAR`)
      .join(', ');
  const type = (field: string): string => {
    if (nested.has(field)) return `STRUCT(${inner(field)})`;
    if (field === 'language') return 'JSON';
    return field === 'session_length' ? 'BIGINT' : field === 'timestamp' ? 'TIMESTAMP' : 'VARCHAR';
  };
  const declared = fields.map((field) => `"${field}": '${type(field)}'`).join(', ');
  const select = columns.map(([name, field, path]) => {
    if (path !== undefined) return `"${field}"."${path}" AS "${name}"`;
    if (field === 'language') {
      return `CASE WHEN json_type(language) = 'ARRAY' THEN CAST(language AS VARCHAR[]) ELSE [language ->> '$'] END AS "language"`;
    }
    return `"${field}" AS "${name}"`;
  });
  return [
    `CREATE TEMP TABLE clicks AS SELECT "timestamp" AS "__time", ${select.join(', ')}
     FROM read_json('${file}', format = 'newline_delimited', columns = {${declared}})`,
    `COPY (SELECT *, date_trunc('hour', "__time") AS "hour" FROM clicks ORDER BY "__time")
     TO '${directory}' (FORMAT parquet, PARTITION_BY ("hour"))`,
  ];
}
