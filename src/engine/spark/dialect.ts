import { lookUpFunction } from '../../sql/functions/index.js';
import type { Dialect } from '../emitted.js';
import { createDialect } from '../emission/plan-emitter.js';
import { sparkSyntax } from './syntax.js';

/** Spark's dialect with the whole catalogue. */
export const sparkDialect: Dialect = createDialect(sparkSyntax, lookUpFunction);
