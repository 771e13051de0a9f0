/** An input source with how a reader would call it. */
export interface ChosenSource {
  readonly inputSource: Readonly<Record<string, unknown>>;
  readonly label: string;
  /** What a datasource's name is made from. */
  readonly path: string;
}

const lines = (text: string): readonly string[] =>
  text
    .split(/[\n\s]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

const nameOf = (paths: readonly string[]): string => (paths.length === 1 ? (paths[0] ?? '') : `${paths.length} files`);

/** Paths on the server: files, or directories with a wildcard behind the last slash. */
export function pathSource(text: string): ChosenSource | undefined {
  const paths = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const [first] = paths;
  if (first === undefined) return undefined;
  const pattern = /^(.*\/)([^/]*[*?][^/]*)$/.exec(first);
  if (paths.length === 1 && pattern?.[1] !== undefined) {
    return {
      inputSource: { type: 'local', baseDir: pattern[1], filter: pattern[2] },
      label: first,
      path: pattern[1],
    };
  }
  return { inputSource: { type: 'local', files: paths }, label: nameOf(paths), path: first };
}

/** URLs of http and https. */
export function urlSource(text: string): ChosenSource | undefined {
  const uris = lines(text);
  const [first] = uris;
  return first === undefined ? undefined : { inputSource: { type: 'http', uris }, label: nameOf(uris), path: first };
}

/** Objects (`s3://bucket/key`) or prefixes (`s3://bucket/path/`). */
export function s3Source(text: string): ChosenSource | undefined {
  const uris = lines(text);
  const [first] = uris;
  if (first === undefined) return undefined;
  const prefixes = uris.filter((uri) => uri.endsWith('/'));
  // Druid takes either in one source.
  if (prefixes.length > 0 && prefixes.length < uris.length) return undefined;
  const key = prefixes.length > 0 ? 'prefixes' : 'uris';
  return { inputSource: { type: 's3', [key]: uris }, label: nameOf(uris), path: first };
}

/** Data that was pasted. */
export function inlineSource(text: string): ChosenSource | undefined {
  return text.trim() === ''
    ? undefined
    : { inputSource: { type: 'inline', data: text }, label: 'pasted data', path: 'pasted' };
}

/** How a source is called that came by a link. */
export function describeSource(inputSource: Readonly<Record<string, unknown>>): ChosenSource {
  const paths = [inputSource['files'], inputSource['uris'], inputSource['prefixes']].find(Array.isArray) as
    readonly string[] | undefined;
  const directory = typeof inputSource['baseDir'] === 'string' ? inputSource['baseDir'] : undefined;
  const label = paths ? nameOf(paths) : (directory ?? String(inputSource['type']));
  return { inputSource, label, path: paths?.[0] ?? directory ?? 'data' };
}
