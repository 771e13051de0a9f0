/** What a call takes from its function's declaration. */
import type { FunctionCall } from '../ast.js';
import type { FunctionDeclaration } from '../functions/declaration.js';
import { lookUpFunction } from '../functions/index.js';
import type { Expression } from '../plan/index.js';
import { isString, type SqlType } from '../types.js';
import { noSuchFunction } from './refusal.js';

/** The result type of a call: a declaration's own, made multi-value by a multi-value argument. */
export function resultType(declaration: FunctionDeclaration, args: readonly Expression[]): SqlType {
  const type = typeof declaration.result === 'function' ? declaration.result(args) : declaration.result;
  const mapsOverValues =
    declaration.kind === 'scalar' && ['string', 'conditional', 'ip', 'other'].includes(declaration.family);
  if (mapsOverValues && isString(type) && args.some((arg) => arg.type.multiValue === true)) {
    return { ...type, multiValue: true };
  }
  return type;
}

/** The declaration of a call, or a refusal that shows what was given. */
export function declarationOf(node: FunctionCall, args: readonly Expression[]): FunctionDeclaration {
  const declaration = lookUpFunction(node.name);
  if (!declaration || declaration.kind === 'operator') throw noSuchFunction(node.name, args, node.span);
  return declaration;
}
