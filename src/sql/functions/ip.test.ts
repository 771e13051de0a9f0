import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ipMacros, parseSubnet6 } from './ip.js';

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { autoload_known_extensions: 'false', threads: '1' });
  connection = await instance.connect();
  await connection.run(`${ipMacros.join(';\n')};`);
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

async function numberOf(address: string): Promise<unknown> {
  const answer = await connection.runAndReadAll(`SELECT druid_ipv6_parse('${address}')::VARCHAR FROM range(1)`);
  return answer.getRows()[0]?.[0];
}

it.each([
  ['::', 0n],
  ['::1', 1n],
  ['1::', 1n << 112n],
  ['2001:db8::8a2e:370:7334', 0x20010db80000000000008a2e03707334n],
  ['2001:0DB8:0000:0000:0000:8A2E:0370:7334', 0x20010db80000000000008a2e03707334n],
  ['1:2:3:4:5:6:7::', 0x00010002000300040005000600070000n],
  ['::ffff:192.168.0.1', 0xffffc0a80001n],
  ['64:ff9b::10.0.0.255', 0x0064ff9b00000000000000000a0000ffn],
])('reads %s', async (address, value) => {
  expect(await numberOf(address)).toBe(String(value));
  expect(parseSubnet6(`${address}/128`)).toEqual({ first: value, last: value });
});

it.each([
  '',
  'a',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  '12345::',
  'g::',
  '192.168.0.1',
  '::1.2.3.256',
  '::1/64',
])('takes %j for no address', async (address) => {
  expect(await numberOf(address)).toBeNull();
  expect(parseSubnet6(`${address}/128`)).toBeUndefined();
});

it('masks the address of a subnet, and wants its bits', () => {
  expect(parseSubnet6('2001:db8:ffff::/32')).toEqual({
    first: 0x20010db8n << 96n,
    last: (0x20010db9n << 96n) - 1n,
  });
  expect(parseSubnet6('2001:db8::')).toBeUndefined();
  expect(parseSubnet6('2001:db8::/129')).toBeUndefined();
});
