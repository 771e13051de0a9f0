import { describe, expect, it } from 'vitest';
import { parseSparkAddress, SparkAddressError } from './address.js';

describe('parseSparkAddress', () => {
  it.each([
    ['sc://host', { host: 'host', port: 15002, useSsl: false, headers: {} }],
    ['sc://host:443/;use_ssl=true', { host: 'host', port: 443, useSsl: true, headers: {} }],
    ['sc://host/;token=a%3Bb', { host: 'host', port: 15002, useSsl: true, token: 'a;b', headers: {} }],
    [
      'sc://[::1]:1/;user_id=u;x-ID=7',
      { host: '[::1]', port: 1, useSsl: false, userId: 'u', headers: { 'x-id': '7' } },
    ],
  ])('reads %s', (text, expected) => {
    expect(parseSparkAddress(text)).toEqual(expected);
  });

  it.each(['spark://host', 'sc://', 'sc://host:99999', 'sc://host/;use_ssl=perhaps', 'sc://host/;token'])(
    'refuses %s',
    (text) => {
      expect(() => parseSparkAddress(text)).toThrow(SparkAddressError);
    },
  );

  it('keeps tokens out of its messages', () => {
    expect(() => parseSparkAddress('sc://host/;token=secret;oops')).toThrow(/^(?!.*secret).*$/);
  });
});
