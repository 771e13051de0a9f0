import type { Dialect } from '../emitted.js';
import { type Emission, type FunctionLookup, relationRegister } from './emission.js';
import { queryInPasses } from './passes.js';
import { planSql } from './relations.js';
import type { EngineSyntax } from './syntax.js';

/** The dialect of an engine's SQL over a catalogue of functions. */
export function createDialect(syntax: EngineSyntax, lookUp: FunctionLookup): Dialect {
  return {
    name: syntax.name,
    emit(plan, options) {
      const register = relationRegister();
      let names = 0;
      const emission: Emission = {
        options,
        syntax,
        lookUp,
        multiValueFields: new Map(),
        stored: new Map(),
        relation: (node) => register.add(node),
        query: (part) => planSql(part, emission),
        fresh: (prefix) => `${prefix}${(names += 1)}`,
        freshId: () => -(names += 1),
      };
      return {
        sql: planSql(plan, emission),
        relations: register.relations,
        inPasses: () => queryInPasses(plan, emission),
      };
    },
    quoteIdentifier: syntax.quoteIdentifier,
    quoteText: syntax.quoteText,
  };
}
