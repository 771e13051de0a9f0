import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import reactHooks from 'eslint-plugin-react-hooks';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** The rooms from the top of the building to the ground: a room imports only rooms below it. */
const rooms = ['cli', 'server', 'tasks', 'storage', 'segments', 'external', 'engine', 'transfer', 'msq', 'sql'];

/** storage knows segments; external and segments are neighbours that do not know each other. */
const neighbours = { segments: ['external'], storage: ['external'] };

/** The client stands at the side: only the command line (and the console) uses it, and it uses nothing of the server. */
const clientZones = [
  { target: './src/client', from: './src', except: ['./client'], message: 'client/ imports no other room.' },
  ...rooms
    .filter((room) => room !== 'cli')
    .map((room) => ({ target: `./src/${room}`, from: './src/client', message: `${room}/ must not import client/.` })),
];

const zones = rooms.flatMap((room, index) => {
  const forbidden = [...rooms.slice(0, index), ...(neighbours[room] ?? [])];
  return forbidden.map((other) => ({
    target: `./src/${room}`,
    from: `./src/${other}`,
    message: `${room}/ must not import ${other}/: imports go down the list ${rooms.join(' → ')}.`,
  }));
});

export default tseslint.config(
  { ignores: ['dist/', 'var/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver()],
      'import-x/extensions': ['.ts', '.tsx', '.js'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: [...zones, ...clientZones] }],
      'import-x/no-cycle': ['error', { maxDepth: 4 }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // The SQL front end also runs in a browser, and the task model is pure: no Node, no clock, no disk.
    files: ['src/sql/**/*.ts', 'src/msq/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['node:*', '@duckdb/*', 'fastify*', 'kysely*'] }],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'setTimeout', 'fetch'],
    },
  },
  {
    // The client runs in a browser, too.
    files: ['src/client/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['node:*', 'fastify*'] }],
      'no-restricted-globals': ['error', 'process', 'Buffer'],
    },
  },
  {
    // The console runs in a browser: of the rooms it knows only the pure ones, everything else by HTTP.
    files: ['console/src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            'node:*',
            ...rooms.filter((room) => !['sql', 'msq'].includes(room)).map((room) => `**/src/${room}/**`),
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        document: 'readonly',
        localStorage: 'readonly',
        matchMedia: 'readonly',
      },
    },
  },
  prettier,
);
