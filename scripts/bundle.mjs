/**
 * Puts the program together from src: a start reads a few files instead of the thousand modules that src and its packages
 * have. dist/server holds the server and its worker processes, dist/client the client for other programs.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
};

/** Packages with binaries beside their code, and one that pg only looks for. */
const external = ['@duckdb/node-api', 'libsql', 'pg-native'];

/** CommonJS packages expect these names, which modules do not have. */
const commonjs = [
  `import { createRequire as createRequireOfBundle } from 'node:module';`,
  `const require = createRequireOfBundle(import.meta.url);`,
  `const __filename = import.meta.filename;`,
  `const __dirname = import.meta.dirname;`,
].join('\n');

await Promise.all(
  ['server', 'client'].map((name) => rm(path.join(root, 'dist', name), { recursive: true, force: true })),
);
await Promise.all([
  build({
    ...common,
    // Side by side, so that every file finds what lies outside at the same relative place as a file of src/<room>.
    entryPoints: { millrace: 'src/cli/main.ts', worker: 'src/tasks/worker/main.ts' },
    outdir: 'dist/server',
    platform: 'node',
    // Modules before CommonJS, whose names are not known to an `import()`.
    mainFields: ['module', 'main'],
    splitting: true,
    external,
    banner: { js: commonjs },
  }),
  build({
    ...common,
    entryPoints: { index: 'src/client/index.ts' },
    outdir: 'dist/client',
    platform: 'neutral',
    packages: 'external',
  }),
]);
