/** Where a Spark Connect server is, from an address such as `sc://host:15002/;token=…;use_ssl=true`. */
export interface SparkAddress {
  readonly host: string;
  readonly port: number;
  readonly useSsl: boolean;
  /** Sent as `Authorization: Bearer …`; never logged. */
  readonly token?: string;
  readonly userId?: string;
  readonly userAgent?: string;
  /** Further parameters travel as headers (Spark's connection string calls them custom headers). */
  readonly headers: Readonly<Record<string, string>>;
}

/** The address could not be read; the message never shows its parameters. */
export class SparkAddressError extends Error {
  override readonly name = 'SparkAddressError';
}

const DEFAULT_PORT = 15_002;

function parameters(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(';').filter((each) => each !== '')) {
    const at = part.indexOf('=');
    if (at <= 0) throw new SparkAddressError('A parameter of the Spark address is not of the form key=value');
    try {
      found.set(decodeURIComponent(part.slice(0, at)), decodeURIComponent(part.slice(at + 1)));
    } catch {
      throw new SparkAddressError('A parameter of the Spark address is not well encoded');
    }
  }
  return found;
}

/**
 * Reads a connection string as Spark's clients do (Spark's connector/connect/docs/client-connection-string.md).
 * @throws SparkAddressError
 */
export function parseSparkAddress(text: string): SparkAddress {
  const match = /^sc:\/\/(\[[0-9a-fA-F:.]+\]|[^/:;?#[\]]+)(?::(\d{1,5}))?(?:\/(?:;(.*))?)?$/s.exec(text);
  if (!match) throw new SparkAddressError('Expected a Spark address of the form sc://host:port/;key=value;key=value');
  const [, host = '', port, rest = ''] = match;
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if (number < 1 || number > 65_535)
    throw new SparkAddressError(`The port of the Spark address is out of range: ${number}`);
  const {
    token,
    use_ssl: ssl,
    user_id: userId,
    user_agent: userAgent,
    ...others
  } = Object.fromEntries(parameters(rest));
  if (ssl !== undefined && !/^(true|false)$/i.test(ssl)) {
    throw new SparkAddressError('use_ssl of the Spark address must be true or false');
  }
  return {
    host,
    port: number,
    // A token travels encrypted only: setting one turns TLS on.
    useSsl: token !== undefined || ssl?.toLowerCase() === 'true',
    ...(token !== undefined && { token }),
    ...(userId !== undefined && { userId }),
    ...(userAgent !== undefined && { userAgent }),
    headers: Object.fromEntries(Object.entries(others).map(([name, value]) => [name.toLowerCase(), value])),
  };
}
