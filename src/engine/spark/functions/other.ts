import type { Emitter } from '../../../sql/functions/declaration.js';
import { textConstant } from '../../../sql/functions/declare.js';
import { parseSubnet } from '../../../sql/functions/ip.js';
import { isInteger } from '../../../sql/types.js';
import { ipv4 } from './string.js';
import type { Emitters } from './index.js';

/** Spark's GREATEST and LEAST want two operands at least. */
const extreme =
  (name: string): Emitter =>
  (args) =>
    args.length === 1 ? args.join('') : `${name}(${args.join(', ')})`;

const asText = (x: string): string =>
  `CASE WHEN ${x} BETWEEN 0 AND 4294967295L THEN concat_ws('.', ${[24, 16, 8, 0]
    .map((bits) => `CAST(shiftright(${x}, ${bits}) & 255 AS STRING)`)
    .join(', ')}) END`;

export const otherEmitters: Emitters = {
  COALESCE: (args) => `coalesce(${args.join(', ')})`,
  NVL: (args) => `coalesce(${args.join(', ')})`,
  NULLIF: (args) => `nullif(${args.join(', ')})`,
  GREATEST: extreme('greatest'),
  LEAST: extreme('least'),
  IPV4_PARSE: ([x = ''], { args }) =>
    args[0] && isInteger(args[0].type) ? `CASE WHEN ${x} BETWEEN 0 AND 4294967295L THEN ${x} END` : ipv4(x),
  IPV4_STRINGIFY: ([x = ''], { args }) =>
    args[0] && isInteger(args[0].type) ? asText(x) : `CASE WHEN (${ipv4(x)}) IS NOT NULL THEN ${x} END`,
  IPV4_MATCH: ([x = ''], { args }) => {
    const { first = 0, last = 0 } = parseSubnet(textConstant(args, 1) ?? '') ?? {};
    const value = args[0] && isInteger(args[0].type) ? x : `(${ipv4(x)})`;
    return `coalesce(${value} BETWEEN ${first}L AND ${last}L, FALSE)`;
  },
};
