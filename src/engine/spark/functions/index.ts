/**
 * Spark's emitters, keyed by the canonical names of the catalogue. They are here and not in the declarations because they
 * are made of this dialect's own casts, zones and constants: Spark 3.5 has no macros, so what DuckDB's emitters call by
 * name is written out, and the catalogue (src/sql) may not import an engine. A declaration may still carry an emitter of
 * its own, which then wins.
 */
import type { Emitter, FunctionDeclaration } from '../../../sql/functions/declaration.js';
import { aggregateEmitters } from './aggregates.js';
import { arrayEmitters } from './arrays.js';
import { ipEmitters } from './ip.js';
import { jsonEmitters } from './json.js';
import { multivalueEmitters } from './multivalue.js';
import { numericEmitters } from './numeric.js';
import { operatorEmitters } from './operators.js';
import { otherEmitters } from './other.js';
import { stringEmitters } from './string.js';
import { timeEmitters } from './time.js';
import { windowEmitters } from './window.js';

/** Emitters by name. */
export type Emitters = Readonly<Record<string, Emitter>>;

const byName: ReadonlyMap<string, Emitter> = new Map(
  [
    operatorEmitters,
    stringEmitters,
    numericEmitters,
    otherEmitters,
    ipEmitters,
    timeEmitters,
    aggregateEmitters,
    windowEmitters,
    arrayEmitters,
    multivalueEmitters,
    jsonEmitters,
  ].flatMap((emitters) => Object.entries(emitters)),
);

/** The emitter of a function for Spark; undefined where Spark cannot express it. */
export const sparkEmitter = (declaration: FunctionDeclaration): Emitter | undefined =>
  declaration.emit.spark ?? byName.get(declaration.name);
