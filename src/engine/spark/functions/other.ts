import type { Emitter } from '../../../sql/functions/declaration.js';
import type { Emitters } from './index.js';

/** Spark's GREATEST and LEAST want two operands at least. */
const extreme =
  (name: string): Emitter =>
  (args) =>
    args.length === 1 ? args.join('') : `${name}(${args.join(', ')})`;

export const otherEmitters: Emitters = {
  COALESCE: (args) => `coalesce(${args.join(', ')})`,
  NVL: (args) => `coalesce(${args.join(', ')})`,
  NULLIF: (args) => `nullif(${args.join(', ')})`,
  GREATEST: extreme('greatest'),
  LEAST: extreme('least'),
};
