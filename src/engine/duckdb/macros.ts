import { duckdbMacros } from '../../sql/functions/index.js';
import { castMacros } from './casts.js';
import { listMacros } from './lists.js';
import { macroOperands, type MacroOperands } from './macro-operands.js';
import { multiValueMacros } from './multi-value.js';
import { resultMacros } from './results.js';

let operands: MacroOperands | undefined;

/** How statements call the macros. */
export function engineMacroOperands(): MacroOperands {
  operands ??= macroOperands([...multiValueMacros, ...castMacros, ...listMacros, ...duckdbMacros(), ...resultMacros]);
  return operands;
}

/** Every macro that emitted SQL may call. */
export const engineMacros = (): readonly string[] => engineMacroOperands().definitions;
