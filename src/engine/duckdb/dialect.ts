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
    const { sql, inPasses, ...rest } = written.emit(plan, options);
    const bind = (text: string): string => engineMacroOperands().bind(text);
    return {
      ...rest,
      sql: bind(sql),
      inPasses() {
        const passes = inPasses?.();
        if (!passes) return undefined;
        const aggregations = passes.aggregations.map((each) => ({
          ...each,
          inputSql: bind(each.inputSql),
          sql: bind(each.sql),
        }));
        return { aggregations, sql: bind(passes.sql) };
      },
    };
  },
};
