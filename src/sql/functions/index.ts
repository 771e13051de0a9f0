import { aggregateFunctions, aggregateMacros } from './aggregate.js';
import { arrayFunctions, arrayMacros } from './array.js';
import type { FunctionDeclaration } from './declaration.js';
import { jsonFunctions, jsonMacros } from './json.js';
import { multivalueFunctions, multivalueMacros } from './multivalue.js';
import { numberTextMacros } from './number-text.js';
import { numericFunctions, numericMacros } from './numeric.js';
import { operatorFunctions } from './operators.js';
import { otherFunctions } from './other.js';
import { ipFunctions, ipMacros } from './ip.js';
import { sketchFunctions } from './sketch.js';
import { stringFunctions, stringMacros } from './string.js';
import { timeFunctions, timeMacros } from './time.js';
import { windowFunctions } from './window.js';

const functions: readonly FunctionDeclaration[] = [
  ...operatorFunctions,
  ...stringFunctions,
  ...numericFunctions,
  ...otherFunctions,
  ...ipFunctions,
  ...timeFunctions,
  ...aggregateFunctions,
  ...sketchFunctions,
  ...windowFunctions,
  ...arrayFunctions,
  ...multivalueFunctions,
  ...jsonFunctions,
];

const byName: ReadonlyMap<string, FunctionDeclaration> = new Map(
  functions.flatMap((declaration) =>
    [declaration.name, ...(declaration.aliases ?? [])].map((name) => [name, declaration] as const),
  ),
);

/** Finds a function or an operator by its name or an alias, in any case. */
export const lookUpFunction = (name: string): FunctionDeclaration | undefined => byName.get(name.toUpperCase());

/** Every function and operator. */
export const allFunctions = (): readonly FunctionDeclaration[] => functions;

/** Statements that make the macros which DuckDB emitters call; run on every connection's database before anything else. */
export const duckdbMacros = (): readonly string[] => [
  ...numberTextMacros,
  ...stringMacros,
  ...numericMacros,
  ...ipMacros,
  ...timeMacros,
  ...aggregateMacros,
  ...arrayMacros,
  ...multivalueMacros,
  ...jsonMacros,
];
