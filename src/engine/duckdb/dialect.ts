import { lookUpFunction } from '../../sql/functions/index.js';
import { createDialect } from '../emission/plan-emitter.js';
import type { Dialect } from '../emitted.js';
import { engineMacroOperands } from './macros.js';
import { duckdbSyntax } from './syntax.js';

const written = createDialect(duckdbSyntax, lookUpFunction);

/** DuckDB's dialect with the whole catalogue. */
export const duckdbDialect: Dialect = {
  ...written,
  emit(plan, options) {
    const { sql, ...rest } = written.emit(plan, options);
    return { ...rest, sql: engineMacroOperands().bind(sql) };
  },
};
