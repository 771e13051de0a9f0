/** `npm run docs:reference`: writes docs/context.md, docs/faults.md and docs/requests.md. */
import { writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { buildApp } from '../src/server/app.js';
import { Uploads } from '../src/storage/uploads.js';
import { contextReference } from './context-reference.js';
import { faultReference } from './fault-reference.js';
import { requestReference, type OpenApi } from './request-reference.js';

/** The document of a server that does not listen and has no task engine. */
async function openApi(): Promise<OpenApi> {
  const app = buildApp({
    engine: () => Promise.reject(new Error('The documentation needs no task engine')),
    logger: pino({ level: 'silent' }),
    version: '',
    maxRequestSize: 1,
    uploads: new Uploads('', 0),
    properties: () => ({}),
  });
  const answer = await app.inject('/openapi.json');
  await app.close();
  return answer.json();
}

writeFileSync(new URL('../docs/context.md', import.meta.url), contextReference());
writeFileSync(new URL('../docs/faults.md', import.meta.url), faultReference());
writeFileSync(new URL('../docs/requests.md', import.meta.url), requestReference(await openApi()));
