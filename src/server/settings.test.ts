import { describe, expect, test } from 'vitest';
import { readSettings, shownSettings } from './settings.js';

const url = 'postgresql://millrace:hidden-word@db.example.com/millrace';

describe('the metadata database', () => {
  test('may have its password in the environment, which nothing shows', () => {
    const settings = readSettings({ flags: {}, environment: { MILLRACE_METADATA_URL: url } });
    expect(settings.metadataUrl).toBe(url);
    expect(JSON.stringify(shownSettings(settings))).not.toContain('hidden-word');
    expect(JSON.stringify(shownSettings(settings))).toContain('db.example.com');
  });

  test.each([url, 'postgresql://db.example.com/millrace?user=millrace&password=hidden-word'])(
    'is refused with a password in a flag: %s',
    (flag) => {
      const read = (): unknown => readSettings({ flags: { metadataUrl: flag }, environment: {} });
      expect(read).toThrow('must not hold a password');
      expect(read).not.toThrow('hidden-word');
    },
  );

  test('is refused when it is none, without its text', () => {
    const read = (): unknown =>
      readSettings({ flags: {}, environment: { MILLRACE_METADATA_URL: 'mysql://a:hidden-word@b/c' } });
    expect(read).toThrow('expected postgresql://');
    expect(read).not.toThrow('hidden-word');
  });
});

describe('deep storage', () => {
  test.each([
    ['s3://lake', { kind: 's3', bucket: 'lake', prefix: '' }],
    ['s3://lake/', { kind: 's3', bucket: 'lake', prefix: '' }],
    ['s3://lake/a/b', { kind: 's3', bucket: 'lake', prefix: 'a/b/' }],
    ['/data', { kind: 'local', directory: '/data' }],
  ])('%s', (deepStorage, place) => {
    expect(readSettings({ flags: { deepStorage }, environment: {} }).deepStorage).toEqual(place);
  });

  test('of another kind is refused', () => {
    expect(() => readSettings({ flags: { deepStorage: 'gs://x' }, environment: {} })).toThrow("'deepStorage' (gs://x)");
  });
});
