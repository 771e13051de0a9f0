import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** Programs that the tests on PostgreSQL and S3 start; scripts/install-test-services.sh installs them. */
export interface ServicePrograms {
  /** Directory of PostgreSQL's programs. */
  readonly postgresql: string;
  /** Versity S3 Gateway: serves a directory by S3's protocol. */
  readonly s3: string;
}

/** Keep in step with the script. */
const S3_GATEWAY = 'versitygw-v1.8.0';

/** Where Debian keeps PostgreSQL's programs. */
function postgresqlPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => path.join(root, version, 'bin')).find((bin) => existsSync(path.join(bin, 'initdb')));
}

/** The programs, or what is missing. */
export function servicePrograms(): ServicePrograms | { readonly missing: string } {
  const postgresql = postgresqlPrograms();
  if (postgresql === undefined) return { missing: 'PostgreSQL is not installed' };
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  const s3 = path.join(cache, 'millrace-test', S3_GATEWAY);
  return existsSync(s3) ? { postgresql, s3 } : { missing: `${s3} is not there` };
}
