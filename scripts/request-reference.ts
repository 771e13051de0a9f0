/** Writes the list of requests that the server answers. */

/** What is read of an OpenAPI document. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly summary?: string }>>>>;
}

/** Headings and the beginnings of the paths that belong under them; the first that fits has a path. */
const sections = [
  ['SQL', ['/druid/v2/sql']],
  ['Tasks', ['/druid/indexer/v1/task', /^\/druid\/indexer\/v1\/\w+Tasks$/, '/druid/indexer/v1/sampler']],
  [
    'Datasources and segments',
    [
      '/druid/coordinator/v1/datasources',
      '/druid/indexer/v1/datasources',
      '/druid/indexer/v1/pendingSegments',
      '/druid/coordinator/v1/metadata',
      '/druid/coordinator/v1/intervals',
    ],
  ],
  ['Retention', ['/druid/coordinator/v1/rules']],
  ['Compaction', [/\/compaction(?:\/|$)/]],
  ['Lookups', [/\/lookups(?:\/|$)/]],
  ['Supervisors', ['/druid/indexer/v1/supervisor']],
  ['Coordinator', ['/druid/coordinator/']],
  ['Overlord', ['/druid/indexer/']],
  ['Broker, historical, middle manager', ['/druid/']],
  ['Server', ['/']],
] as const;

const sectionOf = (path: string): string =>
  sections.find(([, starts]) =>
    starts.some((start) => (typeof start === 'string' ? path.startsWith(start) : start.test(path))),
  )?.[0] ?? 'Server';

/** Requests as `GET /path/{parameter}` with what they answer; the console's pages and uploads are no part of Druid's API. */
export function requestsOf({ paths }: OpenApi): readonly (readonly [request: string, path: string, summary: string])[] {
  return Object.entries(paths)
    .filter(([path]) => /^\/(?:druid|status|proxy|metrics|openapi)/.test(path))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, { summary = '' }]) => [`${method.toUpperCase()} ${path}`, path, summary] as const,
      ),
    )
    .sort(([a, pathOfA], [b, pathOfB]) => (pathOfA === pathOfB ? (a < b ? -1 : 1) : pathOfA < pathOfB ? -1 : 1));
}

/** The text of docs/requests.md. */
export function requestReference(document: OpenApi): string {
  const requests = requestsOf(document);
  const tables = sections.flatMap(([section]) => {
    const rows = requests
      .filter(([, path]) => sectionOf(path) === section)
      .map(([request, , summary]) => `| \`${request}\` | ${summary} |`);
    return rows.length === 0 ? [] : [`## ${section}\n\n| request | answers |\n| --- | --- |\n${rows.join('\n')}\n`];
  });
  return `# Requests

What the server answers; bodies and query parameters are described at \`/openapi.json\`. Everything under
\`/proxy/coordinator\` and \`/proxy/overlord\` is answered as if it came without this beginning. [HTTP API](api.md) tells the
rest.

${tables.join('\n')}`;
}
