import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const compressible = /\.(?:html|js|css|svg|json|webmanifest)$/;

/** Writes a .br and a .gz beside each text file of the build, so that the server compresses nothing while it serves. */
export function precompress(): Plugin {
  let directory = '';
  return {
    name: 'millrace-precompress',
    apply: 'build',
    configResolved(config) {
      directory = config.build.outDir;
    },
    async closeBundle() {
      const names = await readdir(directory, { recursive: true });
      await Promise.all(
        names
          .filter((name) => compressible.test(name))
          .map(async (name) => {
            const file = path.join(directory, name);
            const content = await readFile(file);
            const brotli = promisify(brotliCompress)(content, {
              // Level 11 takes ten times as long for two percent.
              params: { [constants.BROTLI_PARAM_QUALITY]: 8, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
            });
            await writeFile(`${file}.br`, await brotli);
            await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
          }),
      );
    },
  };
}
