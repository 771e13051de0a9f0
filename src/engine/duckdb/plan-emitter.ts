import type { Dialect } from '../emitted.js';
import { type Emission, type FunctionLookup, relationRegister } from './emission.js';
import { quoteIdentifier, quoteText } from './quoting.js';
import { planSql } from './relations.js';

/** DuckDB's dialect over a catalogue of functions. */
export function createDuckdbDialect(lookUp: FunctionLookup): Dialect {
  return {
    name: 'duckdb',
    emit(plan, options) {
      const register = relationRegister();
      let names = 0;
      const emission: Emission = {
        options,
        lookUp,
        multiValueFields: new Map(),
        relation: (node) => register.add(node),
        query: (part) => planSql(part, emission),
        fresh: (prefix) => `${prefix}${(names += 1)}`,
        freshId: () => -(names += 1),
      };
      return { sql: planSql(plan, emission), relations: register.relations };
    },
    quoteIdentifier,
    quoteText,
  };
}
