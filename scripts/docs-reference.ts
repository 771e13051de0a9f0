/** `npm run docs:reference`: writes docs/context.md and docs/faults.md. */
import { writeFileSync } from 'node:fs';
import { contextReference } from './context-reference.js';
import { faultReference } from './fault-reference.js';

writeFileSync(new URL('../docs/context.md', import.meta.url), contextReference());
writeFileSync(new URL('../docs/faults.md', import.meta.url), faultReference());
