/** Functions of IP addresses. */
import { BIGINT, BOOLEAN, isInteger, VARCHAR } from '../types.js';
import type { FunctionDeclaration } from './declaration.js';
import { family, operands, textConstant } from './declare.js';

const ip = family('scalar', 'ip');

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const address = `${octet}(?:\\.${octet}){3}`;

export const ipMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO druid_ipv4_parse(x) AS CASE WHEN regexp_full_match(x, '${address}') THEN
     CAST(split_part(x, '.', 1) AS BIGINT) * 16777216 + CAST(split_part(x, '.', 2) AS BIGINT) * 65536
     + CAST(split_part(x, '.', 3) AS BIGINT) * 256 + CAST(split_part(x, '.', 4) AS BIGINT) END`,
  `CREATE OR REPLACE TEMP MACRO druid_ipv4_stringify(x) AS CASE WHEN x BETWEEN 0 AND 4294967295 THEN
     (x >> 24) || '.' || ((x >> 16) & 255) || '.' || ((x >> 8) & 255) || '.' || (x & 255) END`,
  // Each step is a lambda of its own, as macros copy their operands: what enters a step is computed once.
  `CREATE OR REPLACE TEMP MACRO druid_ipv6_parse(x) AS CASE WHEN contains(x, ':') THEN list_transform(list_transform(list_transform(list_transform(
     [{'text': x, 'tail': CASE WHEN contains(x, '.') THEN druid_ipv4_parse(split_part(x, ':', -1)) END}],
     lambda a: string_split(CASE WHEN a.tail IS NULL THEN a.text ELSE
       regexp_extract(a.text, '^(.*:)[^:]*$', 1) || printf('%x:%x', a.tail >> 16, a.tail & 65535) END, '::')),
     lambda halves: {
       'count': len(halves),
       'head': CASE WHEN halves[1] = '' THEN CAST([] AS VARCHAR[]) ELSE string_split(halves[1], ':') END,
       'tail': CASE WHEN coalesce(halves[2], '') = '' THEN CAST([] AS VARCHAR[]) ELSE string_split(halves[2], ':') END}),
     lambda parts: CASE
       WHEN parts.count = 1 THEN parts.head
       WHEN parts.count = 2 AND len(parts.head) + len(parts.tail) < 8 THEN
         parts.head || list_resize(['0'], 8 - len(parts.head) - len(parts.tail), '0') || parts.tail END),
     lambda list:
       CASE WHEN len(list) = 8 AND len(list_filter(list, lambda g: regexp_full_match(g, '[0-9a-fA-F]{1,4}'))) = 8
       THEN list_reduce(list_transform(list, lambda g: CAST(CAST('0x' || g AS UINTEGER) AS UHUGEINT)),
         lambda sum, g: sum * 65536 + g) END)[1] END`,
];

interface Subnet {
  readonly first: number;
  readonly last: number;
}

/** Reads `192.168.0.0/16`; undefined for text that is no subnet. */
export function parseSubnet(text: string): Subnet | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
  if (!match) return undefined;
  const octets = match.slice(1, 5).map(Number);
  const bits = Number(match[5] ?? 32);
  if (octets.some((each) => each > 255) || bits > 32) return undefined;
  const value = octets.reduce((sum, each) => sum * 256 + each, 0);
  const size = 2 ** (32 - bits);
  const first = Math.floor(value / size) * size;
  return { first, last: first + size - 1 };
}

/** The groups of an IPv6 address as 16-bit numbers; undefined for text that is none. */
function readGroups(text: string): readonly number[] | undefined {
  const [, before = '', ipv4] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? [];
  if (ipv4 !== undefined) {
    const subnet = parseSubnet(ipv4);
    return (
      subnet && readGroups(`${before}${(subnet.first >>> 16).toString(16)}:${(subnet.first & 65535).toString(16)}`)
    );
  }
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const given = halves.flat();
  const [head = [], tail = []] = halves;
  const isShort = halves.length === 2 && given.length < 8;
  if (!isShort && !(halves.length === 1 && given.length === 8)) return undefined;
  if (!given.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const zeros = Array.from({ length: 8 - given.length }, () => 0);
  return [...head.map((group) => parseInt(group, 16)), ...zeros, ...tail.map((group) => parseInt(group, 16))];
}

/** Reads `2001:db8::/64` as its first and last address; undefined for text that is no subnet. */
export function parseSubnet6(text: string): { readonly first: bigint; readonly last: bigint } | undefined {
  const [, address = '', prefix] = /^([^/]*)\/(\d{1,3})$/.exec(text.trim()) ?? [];
  const groups = readGroups(address);
  const bits = Number(prefix);
  if (!groups || bits > 128) return undefined;
  const value = groups.reduce((sum, group) => sum * 65536n + BigInt(group), 0n);
  const size = 1n << BigInt(128 - bits);
  const first = (value / size) * size;
  return { first, last: first + size - 1n };
}

export const ipFunctions: readonly FunctionDeclaration[] = [
  ip({
    name: 'IPV4_PARSE',
    signature: [operands('address integer'), operands('address string')],
    result: { ...BIGINT, nullable: true },
    summary: 'An IPv4 address as a whole number; NULL when it is none.',
    example: ["IPV4_PARSE('192.168.0.1')", '3232235521'],
    duckdb: ([x = ''], { args }) =>
      args[0] && isInteger(args[0].type)
        ? `CASE WHEN ${x} BETWEEN 0 AND 4294967295 THEN ${x} END`
        : `druid_ipv4_parse(${x})`,
  }),
  ip({
    name: 'IPV4_STRINGIFY',
    signature: [operands('address integer'), operands('address string')],
    result: { ...VARCHAR, nullable: true },
    summary: 'An IPv4 address as text; NULL when it is none.',
    example: ['IPV4_STRINGIFY(3232235521)', '192.168.0.1'],
    duckdb: ([x = ''], { args }) =>
      args[0] && isInteger(args[0].type)
        ? `druid_ipv4_stringify(${x})`
        : `CASE WHEN druid_ipv4_parse(${x}) IS NOT NULL THEN ${x} END`,
  }),
  ip({
    name: 'IPV4_MATCH',
    signature: [operands('address integer', 'subnet! string'), operands('address string', 'subnet! string')],
    result: { ...BOOLEAN, nullable: true },
    summary: 'Whether an IPv4 address lies in a subnet.',
    example: ["IPV4_MATCH('192.168.0.1', '192.168.0.0/16')", 'true'],
    check: (args) => {
      const subnet = textConstant(args, 1) ?? '';
      return parseSubnet(subnet) ? undefined : `IPV4_MATCH: [${subnet}] is no IPv4 subnet`;
    },
    duckdb: ([x = ''], { args }) => {
      const { first = 0, last = 0 } = parseSubnet(textConstant(args, 1) ?? '') ?? {};
      const value = args[0] && isInteger(args[0].type) ? x : `druid_ipv4_parse(${x})`;
      return `coalesce(${value} BETWEEN ${first} AND ${last}, FALSE)`;
    },
  }),
  ip({
    name: 'IPV6_MATCH',
    signature: operands('address string', 'subnet! string'),
    result: { ...BOOLEAN, nullable: true },
    summary: 'Whether an IPv6 address lies in a subnet.',
    example: ["IPV6_MATCH('2001:db8::8a2e:370:7334', '2001:db8::/32')", 'true'],
    check: (args) => {
      const subnet = textConstant(args, 1) ?? '';
      return parseSubnet6(subnet) ? undefined : `IPV6_MATCH: [${subnet}] is no IPv6 subnet`;
    },
    duckdb: ([x = ''], { args }) => {
      const { first = 0n, last = 0n } = parseSubnet6(textConstant(args, 1) ?? '') ?? {};
      return `coalesce(druid_ipv6_parse(${x}) BETWEEN ${first}::UHUGEINT AND ${last}::UHUGEINT, FALSE)`;
    },
  }),
];
