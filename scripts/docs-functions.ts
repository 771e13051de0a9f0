/** `npm run docs:functions`: writes docs/functions.md. */
import { writeFileSync } from 'node:fs';
import { allFunctions } from '../src/sql/functions/index.js';
import { functionReference } from './function-reference.js';

writeFileSync(new URL('../docs/functions.md', import.meta.url), functionReference(allFunctions()));
