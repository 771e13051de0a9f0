/** `npm run docs:engines`: writes docs/engines.md. */
import { writeFileSync } from 'node:fs';
import { allFunctions } from '../src/sql/functions/index.js';
import { engineReference } from './engine-reference.js';

writeFileSync(new URL('../docs/engines.md', import.meta.url), engineReference(allFunctions()));
