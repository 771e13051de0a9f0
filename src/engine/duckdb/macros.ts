import { duckdbMacros } from '../../sql/functions/index.js';
import { castMacros } from './casts.js';
import { listMacros } from './lists.js';
import { multiValueMacros } from './multi-value.js';
import { resultMacros } from './results.js';

/** Every macro that emitted SQL may call. */
export const engineMacros = (): readonly string[] => [
  ...multiValueMacros,
  ...castMacros,
  ...listMacros,
  ...duckdbMacros(),
  ...resultMacros,
];
