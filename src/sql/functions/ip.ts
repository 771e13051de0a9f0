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
    summary: 'Whether an IPv6 address lies in a subnet. Not supported.',
  }),
];
