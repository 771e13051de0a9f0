import { lookUpFunction } from '../../sql/functions/index.js';
import type { Dialect } from '../emitted.js';
import { createDuckdbDialect } from './plan-emitter.js';

/** DuckDB's dialect with the whole catalogue. The SQL calls macros of the connection that `openDatabase` opens. */
export const duckdbDialect: Dialect = createDuckdbDialect(lookUpFunction);
