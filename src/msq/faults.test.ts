import { describe, expect, test } from 'vitest';
import type { Fault } from './fault.js';
import { faults, faultText } from './faults.js';

describe('faults', () => {
  test.each<[Fault, Fault]>([
    [
      faults.Canceled('USER_REQUEST'),
      { errorCode: 'Canceled', errorMessage: 'Query canceled due to [User request].', reason: 'USER_REQUEST' },
    ],
    [
      faults.TooManyBuckets(5000),
      {
        errorCode: 'TooManyBuckets',
        errorMessage:
          'Too many partition buckets (max = 5,000); try breaking your query up into smaller queries or using a wider PARTITIONED BY',
        maxBuckets: 5000,
      },
    ],
    [
      faults.WorkerFailed('query-1-worker0_0', null),
      {
        errorCode: 'WorkerFailed',
        errorMessage: 'Worker[query-1-worker0_0] failed',
        workerTaskId: 'query-1-worker0_0',
      },
    ],
    [
      faults.TooManyWarnings(10, 'CannotParseExternalData'),
      {
        errorCode: 'TooManyWarnings',
        errorMessage: 'Too many warnings of type CannotParseExternalData generated (max = 10)',
        maxWarnings: 10,
        rootErrorCode: 'CannotParseExternalData',
      },
    ],
  ])('%j', (actual, expected) => {
    expect(actual).toEqual(expected);
  });

  test('a constructor makes the code that it is named after', () => {
    const samples = Object.entries(faults).map(([code, make]) => [
      code,
      // Every constructor takes texts, numbers, lists or one object; none looks into them beyond printing.
      (make as (...args: unknown[]) => Fault)(
        ...(['InvalidField', 'InvalidNullByte', 'NotEnoughMemory'].includes(code)
          ? [{ suggestedServerMemory: 1, inputWorkers: 2 }]
          : code === 'TooManyRowsWithSameKey'
            ? [['k'], 1, 2]
            : code === 'InsertTimeOutOfBounds'
              ? ['a', ['b']]
              : code === 'Canceled'
                ? []
                : [1, 2, 3, 4]),
      ).errorCode,
    ]);
    for (const [code, made] of samples) expect(made).toBe(code);
  });

  test('an allocated interval changes the advice', () => {
    expect(faults.InsertCannotAllocateSegment('d', 'a/b').errorMessage).toContain('Cannot allocate segment');
    expect(faults.InsertCannotAllocateSegment('d', 'a/b', 'a/c').errorMessage).toContain(
      'but got [a/c] interval instead',
    );
  });

  test('errorMsg is code and message', () => {
    expect(faultText(faults.InsertTimeNull())).toBe(
      'InsertTimeNull: Null timestamp (__time) encountered during INSERT or REPLACE.',
    );
  });
});
