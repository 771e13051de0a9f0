import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompress } from './precompress.js';

const root = import.meta.dirname;

export default defineConfig({
  root,
  base: '/',
  plugins: [react(), precompress()],
  build: {
    outDir: path.join(root, '../dist/console'),
    emptyOutDir: true,
    target: 'es2023',
    // Text files are served compressed; how small they are is printed by `du`, not by every build.
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_500,
  },
  server: {
    // `npm run dev:console` beside a running server.
    proxy: Object.fromEntries(
      ['/druid', '/status', '/millrace'].map((prefix) => [
        prefix,
        process.env['MILLRACE_URL'] ?? 'http://127.0.0.1:8888',
      ]),
    ),
  },
});
