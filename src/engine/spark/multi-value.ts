/** Multi-value strings on Spark: chr(29) and a JSON array of the values in one text, as in the segments. */
const MARKER = 'char(29)';

export const isMulti = (text: string): string => `startswith(${text}, ${MARKER})`;

/** An empty list counts as one null value, as Druid reads an empty row of a multi-value dimension. */
export const multiValues = (text: string): string =>
  `CASE WHEN ${text} IS NULL OR NOT startswith(${text}, ${MARKER}) THEN array(${text})` +
  ` WHEN ${text} = concat(${MARKER}, '[]') THEN array(CAST(NULL AS STRING))` +
  ` ELSE from_json(substr(${text}, 2), 'array<string>') END`;

/** A list is bound to a name first, because it may be long. */
const bound = (list: string, body: string): string => `transform(array(${list}), mvl -> ${body})[0]`;

export const multiText = (list: string): string =>
  bound(
    list,
    `CASE WHEN array_size(mvl) = 1 THEN mvl[0] WHEN mvl IS NOT NULL THEN concat(${MARKER}, to_json(mvl)) END`,
  );

/** OR over the values in three-valued logic, which is what Spark's `exists` is. */
export const multiAny = (list: string): string => `exists(${list}, mvc -> mvc)`;
