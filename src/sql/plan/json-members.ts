import { parsePath } from '../functions/json-path.js';
import { isString, VARCHAR } from '../types.js';
import type { Expression } from './expression.js';
import type { ExternalNode, Field, JsonMember, Plan } from './plan.js';
import { pruneColumns } from './prune-columns.js';
import { planInputs, rewritePlanExpressions, visitNodeExpressions, withInputs } from './walk.js';

/** The names on the way into an object; undefined for the object itself, for elements of lists and for no constant. */
function memberPath(path: Expression | undefined): readonly string[] | undefined {
  if (path?.kind !== 'literal' || typeof path.value !== 'string') return undefined;
  const parts = parsePath(path.value);
  if ('message' in parts || parts.length === 0) return undefined;
  const names = parts.filter((part) => typeof part === 'string');
  return names.length === parts.length ? names : undefined;
}

interface MemberCall {
  readonly column: number;
  readonly path: readonly string[];
}

/** JSON_VALUE of a column at a member's path, as text. */
function memberCall(expression: Expression): MemberCall | undefined {
  if (expression.kind !== 'call' || expression.function !== 'JSON_VALUE' || !isString(expression.type))
    return undefined;
  const [json, literal] = expression.args;
  const path = memberPath(literal);
  return json?.kind === 'column' && path ? { column: json.id, path } : undefined;
}

/** What a statement does with each field: all of its uses, and those that are JSON_VALUE of a member. */
class FieldUses {
  readonly #uses = new Map<number, number>();
  readonly #calls = new Map<number, number>();
  greatestId = 0;

  constructor(plan: Plan, used: Iterable<number>) {
    for (const id of used) this.#count(this.#uses, id);
    this.#visit(plan);
  }

  isOnlyTakenApart(id: number): boolean {
    const calls = this.#calls.get(id) ?? 0;
    return calls > 0 && calls === this.#uses.get(id);
  }

  #count(into: Map<number, number>, id: number): void {
    into.set(id, (into.get(id) ?? 0) + 1);
  }

  #note(fields: readonly Field[]): void {
    for (const { id } of fields) this.greatestId = Math.max(this.greatestId, id);
  }

  #visit(plan: Plan): void {
    this.#note(plan.fields);
    visitNodeExpressions(plan, (expression) => {
      if (expression.kind === 'column') this.#count(this.#uses, expression.id);
      if ('plan' in expression) this.#noteAll(expression.plan);
      const call = memberCall(expression);
      if (call) this.#count(this.#calls, call.column);
    });
    for (const input of planInputs(plan)) {
      // Fields of set operations correspond by place, so that none of them can go.
      if (plan.kind === 'setOperation') for (const { id } of input.fields) this.#count(this.#uses, id);
      this.#visit(input);
    }
  }

  #noteAll(plan: Plan): void {
    this.#note(plan.fields);
    for (const input of planInputs(plan)) this.#noteAll(input);
  }
}

const isRename = (plan: Plan): boolean =>
  plan.kind === 'project' &&
  plan.input.kind === 'external' &&
  plan.columns.every(({ expression }) => expression.kind === 'column');

/** Takes out projections over external data that only rename, as `SELECT *` in a WITH clause makes them. */
function inlineRenames(plan: Plan, used: ReadonlySet<number>): Plan {
  const renamed = new Map<number, Expression>();
  const inline = (node: Plan, canRename: boolean): Plan => {
    if (canRename && node.kind === 'project' && isRename(node) && !node.fields.some(({ id }) => used.has(id))) {
      for (const { field, expression } of node.columns) renamed.set(field.id, expression);
      return node.input;
    }
    const inputs = planInputs(node).map((input) => inline(input, node.kind !== 'setOperation'));
    return withInputs(node, inputs);
  };
  const inlined = inline(plan, true);
  if (renamed.size === 0) return plan;
  return rewritePlanExpressions(inlined, (expression) =>
    expression.kind === 'column' ? renamed.get(expression.id) : undefined,
  );
}

/**
 * Has members of external JSON read as columns of their own, where a statement does nothing with the JSON but to take
 * texts out of it by JSON_VALUE: a reader of JSON gets at them while it parses the record.
 * @param used ids of the fields that the statement puts out
 */
export function readJsonMembers(plan: Plan, used: ReadonlySet<number>): Plan {
  const inlined = inlineRenames(plan, used);
  const uses = new FieldUses(inlined, used);
  const taken = new Map<number, Map<string, TakenMember>>();
  for (const { id } of jsonColumns(inlined)) if (uses.isOnlyTakenApart(id)) taken.set(id, new Map());
  if (taken.size === 0) return plan;
  let nextId = uses.greatestId;
  const rewritten = rewritePlanExpressions(inlined, (expression) => {
    const call = memberCall(expression);
    const members = call && taken.get(call.column);
    if (!members) return undefined;
    const key = JSON.stringify(call.path);
    const member = members.get(key) ?? { id: (nextId += 1), path: call.path };
    members.set(key, member);
    return { kind: 'column', id: member.id, name: memberName(member), type: MEMBER_TYPE };
  });
  return pruneColumns(addMembers(rewritten, taken), used);
}

interface TakenMember {
  readonly id: number;
  readonly path: readonly string[];
}

const MEMBER_TYPE = { ...VARCHAR, nullable: true };

/** No name of a signature's column is like it, for the id's sake. */
const memberName = ({ id, path }: TakenMember): string => `${path.join('.')} ${String(id)}`;

/** The JSON columns of the plan's external data in JSON. */
function jsonColumns(plan: Plan): readonly Field[] {
  if (plan.kind === 'external') return isJson(plan) ? plan.fields.filter(({ type }) => type.complex === 'json') : [];
  return planInputs(plan).flatMap(jsonColumns);
}

function addMembers(plan: Plan, taken: ReadonlyMap<number, ReadonlyMap<string, TakenMember>>): Plan {
  if (plan.kind !== 'external') {
    return withInputs(
      plan,
      planInputs(plan).map((input) => addMembers(input, taken)),
    );
  }
  const members = plan.fields.flatMap((column) =>
    [...(taken.get(column.id)?.values() ?? [])].map((member): JsonMember => {
      return {
        field: { id: member.id, name: memberName(member), type: MEMBER_TYPE },
        column: column.name,
        path: member.path,
      };
    }),
  );
  return { ...plan, fields: [...plan.fields, ...members.map(({ field }) => field)], members };
}

const isJson = ({ inputFormat }: ExternalNode): boolean =>
  typeof inputFormat === 'object' && inputFormat !== null && 'type' in inputFormat && inputFormat.type === 'json';
