import type { EmitOptions, EmittedRelation } from '../emitted.js';
import type { Block } from './block.js';
import type { EngineSyntax } from './syntax.js';
import type { FunctionDeclaration } from '../../sql/functions/declaration.js';
import type { ExternalNode, Plan, ScanNode } from '../../sql/plan/index.js';

/** Finds the declaration of a function by its canonical name. */
export type FunctionLookup = (name: string) => FunctionDeclaration | undefined;

/** What the emission of one statement shares between its parts. */
export interface Emission {
  readonly options: EmitOptions;
  readonly syntax: EngineSyntax;
  readonly lookUp: FunctionLookup;
  /** Whether a field of the emitted plan may hold multi-value strings, where that is known better than by its type. */
  readonly multiValueFields: Map<number, boolean>;
  /** Plans that are found under a name instead of being computed. */
  readonly stored: Map<Plan, Block>;
  /** Registers a leaf and gives its name. */
  relation(node: ScanNode | ExternalNode): string;
  /** The plan as a SELECT that puts out the plan's fields in their order. */
  query(plan: Plan): string;
  /** A name that the statement does not use yet. */
  fresh(prefix: string): string;
  /** A column of the dialect's own: a negative number. */
  freshId(): number;
}

/** Leaves of a statement under their names. */
export interface RelationRegister {
  readonly relations: readonly EmittedRelation[];
  add(node: ScanNode | ExternalNode): string;
}

const plainName = (name: string): string => name.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 40);

/** Gives every leaf a name of its own, by which one recognises the datasource. */
export function relationRegister(): RelationRegister {
  const relations: EmittedRelation[] = [];
  const names = new Map<ScanNode | ExternalNode, string>();
  return {
    relations,
    add(node) {
      const known = names.get(node);
      if (known !== undefined) return known;
      const base = node.kind === 'scan' ? plainName(node.table) : 'external';
      const name = `${base}_r${relations.length + 1}`;
      relations.push({ name, node });
      names.set(node, name);
      return name;
    },
  };
}
