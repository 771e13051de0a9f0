import { describe, expect, test } from 'vitest';
import { InvalidInputError, validateId } from './identifiers.js';

describe('validateId', () => {
  test.each(['a', 'with space', 'Ünïcode', '7f9c-1', "it's", 'a.b'])('takes %s', (value) => {
    expect(() => {
      validateId('table', value);
    }).not.toThrow();
  });

  test.each(['', '.hidden', '..', 'a/b', 'a\\b', 'a\tb', 'a\nb', 'a\u0000b', 'a'.repeat(201)])(
    'refuses %j',
    (value) => {
      expect(() => {
        validateId('table', value);
      }).toThrow(InvalidInputError);
    },
  );
});
