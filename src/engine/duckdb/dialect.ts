import { lookUpFunction } from '../../sql/functions/index.js';
import { createDialect } from '../emission/plan-emitter.js';
import type { Dialect } from '../emitted.js';
import { duckdbSyntax } from './syntax.js';

/** DuckDB's dialect with the whole catalogue. */
export const duckdbDialect: Dialect = createDialect(duckdbSyntax, lookUpFunction);
