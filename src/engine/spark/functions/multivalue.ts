import type { Emitter } from '../../../sql/functions/declaration.js';
import type { Args, Bound, List } from '../../../sql/functions/array-operands.js';
import { VARCHAR } from '../../../sql/types.js';
import {
  appended,
  concatenated,
  elementAt,
  hasAll,
  joined,
  listAt,
  naming,
  positionOf,
  prepended,
  sliced,
  split,
} from './arrays.js';
import { convertElement, convertElements } from './elements.js';
import type { Emitters } from './index.js';

/** A list as a multi-value string; an empty one is none. */
const mvText = (list: string): string =>
  naming({ ml: list }, `CASE array_size(ml) WHEN 0 THEN NULL WHEN 1 THEN ml[0] ELSE concat(char(29), to_json(ml)) END`);

function textsAt(args: Args, bound: Bound, index: number): string {
  const { sql, element } = listAt(args, bound, index);
  return convertElements(sql, element, VARCHAR);
}

/** The values of a row: one null when it has none. */
const rowAt = (args: Args, bound: Bound): string =>
  naming({ mr: textsAt(args, bound, 0) }, 'CASE WHEN array_size(mr) > 0 THEN mr ELSE array(CAST(NULL AS STRING)) END');

/** The texts to compare a row with; a scalar is a list of one. */
function wantedAt(args: Args, bound: Bound): string {
  const type = bound[1]?.type;
  const isScalar = type !== undefined && type.name !== 'ARRAY' && type.multiValue !== true && type.name !== 'NULL';
  if (!isScalar) return textsAt(args, bound, 1);
  return naming(
    { mw: convertElement(args[1] ?? 'NULL', type, VARCHAR) },
    'CASE WHEN mw IS NOT NULL THEN array(mw) END',
  );
}

const encoded =
  (make: (args: Args, bound: Bound) => List): Emitter =>
  (args, { args: bound }) => {
    const { sql, element } = make(args, bound);
    return mvText(convertElements(sql, element, VARCHAR));
  };

const element =
  (origin: 0 | 1): Emitter =>
  (args, { args: bound }) => {
    const { sql, element: type } = elementAt(args, bound, origin);
    return convertElement(sql, type, VARCHAR);
  };

/** The values for which a condition over the name `mv` holds. */
const filtered =
  (condition: (args: Args, bound: Bound) => string): Emitter =>
  (args, { args: bound }) =>
    mvText(`filter(${textsAt(args, bound, 0)}, mv -> ${condition(args, bound)})`);

const among = (args: Args, bound: Bound): string => `exists(${textsAt(args, bound, 1)}, me -> me <=> mv)`;

const overlap: Emitter = (args, { args: bound }) =>
  naming(
    { ol: rowAt(args, bound), om: wantedAt(args, bound) },
    `CASE WHEN om IS NULL THEN exists(ol, oe -> oe IS NULL) WHEN array_size(om) = 0 THEN FALSE` +
      ` WHEN exists(om, ow -> exists(ol, oe -> oe <=> ow)) THEN TRUE` +
      ` WHEN exists(ol, oe -> oe IS NULL) AND NOT exists(om, oe -> oe IS NULL) THEN NULL ELSE FALSE END`,
  );

export const multivalueEmitters: Emitters = {
  ARRAY_TO_MV: (args, { args: bound }) =>
    bound[0]?.type.name === 'ARRAY' ? mvText(textsAt(args, bound, 0)) : (args[0] ?? 'NULL'),
  MV_TO_ARRAY: (args, { args: bound }) => textsAt(args, bound, 0),
  STRING_TO_MV: (args) => mvText(split(args)),
  MV_TO_STRING: (args, { args: bound }) => joined(args, bound),
  MV_LENGTH: (args, { args: bound }) => `CAST(array_size(${listAt(args, bound, 0).sql}) AS BIGINT)`,
  MV_CONTAINS: (args, { args: bound }) =>
    naming(
      { kl: rowAt(args, bound), km: wantedAt(args, bound) },
      `CASE WHEN km IS NULL THEN exists(kl, ke -> ke IS NULL) ELSE ${hasAll('kl', 'km')} END`,
    ),
  MV_OVERLAP: overlap,
  MV_OFFSET: element(0),
  MV_ORDINAL: element(1),
  MV_OFFSET_OF: (args, { args: bound }) => positionOf(args, bound, 0),
  MV_ORDINAL_OF: (args, { args: bound }) => positionOf(args, bound, 1),
  MV_APPEND: encoded(appended),
  MV_PREPEND: encoded(prepended),
  MV_CONCAT: encoded(concatenated),
  MV_SLICE: encoded(sliced),
  MV_FILTER_ONLY: filtered(among),
  MV_FILTER_NONE: filtered((args, bound) => `NOT ${among(args, bound)}`),
  MV_FILTER_REGEX: filtered((args) => `coalesce(mv RLIKE ${args[1] ?? 'NULL'}, FALSE)`),
  MV_FILTER_PREFIX: filtered((args) => `coalesce(startswith(mv, ${args[1] ?? 'NULL'}), FALSE)`),
};
