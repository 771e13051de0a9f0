/** Names of properties of input sources whose text is a secret; a PasswordProvider by reference holds none. */
const secretProperties: ReadonlySet<string> = new Set([
  'httpAuthenticationPassword',
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'assumeRoleExternalId',
  'password',
]);

/** Request headers that carry credentials. */
const secretHeader = /^(authorization|proxy-authorization|cookie|x-api-key)$|token|secret|password/i;

/** Shown in place of a secret, as Druid's DefaultPasswordProvider prints itself. */
const HIDDEN = '******';

/** The secrets that stand in an input source's JSON as they are. */
export function literalSecrets(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(literalSecrets);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]): readonly string[] => {
    if (typeof part === 'string') return secretProperties.has(name) && part !== '' ? [part] : [];
    if (name === 'requestHeaders' && typeof part === 'object' && part !== null) {
      return Object.entries(part).flatMap(([header, text]) =>
        secretHeader.test(header) && typeof text === 'string' && text !== '' ? [text] : [],
      );
    }
    return literalSecrets(part);
  });
}

/** Whether the JSON of an input source was kept without its secrets, so that it cannot be read with. */
export const lacksSecrets = (source: unknown): boolean => literalSecrets(source).includes(HIDDEN);

/** A text as it may stand inside of JSON and of SQL. */
const spellings = (secret: string): readonly string[] => {
  const json = JSON.stringify(secret).slice(1, -1);
  const twice = JSON.stringify(json).slice(1, -1);
  return [...new Set([twice, json, secret].flatMap((text) => [text.replaceAll("'", "''"), text]))];
};

/** Makes what replaces secrets in texts, and in the texts and names of any JSON value. */
export function secretHider(secrets: readonly string[]): <T>(value: T) => T {
  // Longer ones first: a secret may be the beginning of another.
  const hidden = [...new Set(secrets.flatMap(spellings))].sort((a, b) => b.length - a.length);
  if (hidden.length === 0) return (value) => value;
  const hide = (value: unknown): unknown => {
    if (typeof value === 'string') return hidden.reduce((text, secret) => text.replaceAll(secret, HIDDEN), value);
    if (Array.isArray(value)) return value.map(hide);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [hide(name), hide(part)]));
  };
  return (value) => hide(value) as typeof value;
}
