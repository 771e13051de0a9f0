import type { Emitter } from '../../../sql/functions/declaration.js';
import type { Emitters } from './index.js';

const plain =
  (call: string, type = ''): Emitter =>
  (args, { suffix }) =>
    type === '' ? `${call}(${args.join(', ')})${suffix}` : `CAST(${call}(${args.join(', ')})${suffix} AS ${type})`;

/** Spark's counts here are of 32 bits. */
const counting = (call: string): Emitter => plain(call, 'BIGINT');

const neighbour =
  (call: string): Emitter =>
  ([value = 'NULL', offset], { suffix }) =>
    `${call}(${value}${offset === undefined ? '' : `, ${offset.replace(/L\b/, '')}`})${suffix}`;

export const windowEmitters: Emitters = {
  ROW_NUMBER: counting('row_number'),
  RANK: counting('rank'),
  DENSE_RANK: counting('dense_rank'),
  PERCENT_RANK: plain('percent_rank'),
  CUME_DIST: plain('cume_dist'),
  NTILE: ([tiles = '1'], { suffix }) => `CAST(ntile(${tiles.replace(/L\b/, '')})${suffix} AS BIGINT)`,
  LAG: neighbour('lag'),
  LEAD: neighbour('lead'),
  FIRST_VALUE: plain('first_value'),
  LAST_VALUE: plain('last_value'),
};
