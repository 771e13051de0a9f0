/** Functions of IP addresses. */
import { textConstant } from '../../../sql/functions/declare.js';
import { parseSubnet, parseSubnet6 } from '../../../sql/functions/ip.js';
import { isInteger } from '../../../sql/types.js';
import { quoteText } from '../quoting.js';
import { naming } from './arrays.js';
import type { Emitters } from './index.js';

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';

/** SQL of an IPv4 address as a number; NULL for text that is none. */
const ipv4 = (x: string): string =>
  `CASE WHEN ${x} RLIKE ${quoteText(`^${OCTET}([.]${OCTET}){3}\\z`)} THEN ` +
  [16777216, 65536, 256, 1]
    .map((weight, index) => `CAST(split_part(${x}, '.', ${index + 1}) AS BIGINT) * ${weight}L`)
    .join(' + ') +
  ' END';

const asText = (x: string): string =>
  `CASE WHEN ${x} BETWEEN 0 AND 4294967295L THEN concat_ws('.', ${[24, 16, 8, 0]
    .map((bits) => `CAST(shiftright(${x}, ${bits}) & 255 AS STRING)`)
    .join(', ')}) END`;

/** The eight groups of an IPv6 address as numbers; NULL for text that is none. Its end may be an IPv4 address. */
function ipv6(x: string): string {
  const plain =
    `CASE WHEN contains(${x}, '.') THEN coalesce(concat(regexp_extract(${x}, ${quoteText('^(.*:)[^:]*\\z')}, 1),` +
    ` ${naming({ it: `substring_index(${x}, ':', -1)` }, naming({ iv: ipv4('it') }, "concat(hex(shiftright(iv, 16)), ':', hex(iv & 65535L))"))}), ${x}) ELSE ${x} END`;
  const half = (index: number): string =>
    `CASE WHEN coalesce(ih[${index}], '') = '' THEN CAST(array() AS ARRAY<STRING>) ELSE split(ih[${index}], ':', -1) END`;
  const whole =
    `CASE WHEN array_size(ih) = 1 THEN ib WHEN array_size(ih) = 2 AND array_size(ib) + array_size(ie) < 8` +
    ` THEN concat(ib, array_repeat('0', 8 - array_size(ib) - array_size(ie)), ie) END`;
  const groups = naming({ ih: `split(${plain}, '::', -1)` }, naming({ ib: half(0), ie: half(1) }, whole));
  return naming(
    { ig: groups },
    `CASE WHEN array_size(ig) = 8 AND forall(ig, g -> g RLIKE ${quoteText('^[0-9a-fA-F]{1,4}\\z')}) THEN transform(ig, g -> CAST(conv(g, 16, 10) AS INT)) END`,
  );
}

/** The groups of an address as a list of constants, which compare as the addresses do. */
const groupsOf = (address: bigint): string =>
  `array(${Array.from({ length: 8 }, (_, index) => String((address >> BigInt(112 - 16 * index)) & 65535n)).join(', ')})`;

export const ipEmitters: Emitters = {
  IPV4_PARSE: ([x = ''], { args }) =>
    args[0] && isInteger(args[0].type) ? `CASE WHEN ${x} BETWEEN 0 AND 4294967295L THEN ${x} END` : ipv4(x),
  IPV4_STRINGIFY: ([x = ''], { args }) =>
    args[0] && isInteger(args[0].type) ? asText(x) : `CASE WHEN (${ipv4(x)}) IS NOT NULL THEN ${x} END`,
  IPV4_MATCH: ([x = ''], { args }) => {
    const { first = 0, last = 0 } = parseSubnet(textConstant(args, 1) ?? '') ?? {};
    const value = args[0] && isInteger(args[0].type) ? x : `(${ipv4(x)})`;
    return `coalesce(${value} BETWEEN ${first}L AND ${last}L, FALSE)`;
  },
  IPV6_MATCH: ([x = ''], { args }) => {
    const { first = 0n, last = 0n } = parseSubnet6(textConstant(args, 1) ?? '') ?? {};
    return `coalesce(${naming({ ip: ipv6(x) }, `ip BETWEEN ${groupsOf(first)} AND ${groupsOf(last)}`)}, FALSE)`;
  },
};
