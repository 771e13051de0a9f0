/** Macros that the rewritten expressions call. */
export const multiValueMacros: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO is_multi(x) AS starts_with(x, chr(29))`,
  // An empty list counts as one null value, as Druid reads an empty row of a multi-value dimension.
  `CREATE OR REPLACE TEMP MACRO multi_values(x) AS CASE
    WHEN NOT starts_with(x, chr(29)) OR x IS NULL THEN [x]
    WHEN x = chr(29) || '[]' THEN [NULL::VARCHAR]
    ELSE from_json(substr(x, 2), '["VARCHAR"]')
  END`,
  `CREATE OR REPLACE TEMP MACRO multi_text(list) AS CASE
    WHEN len(list) = 1 THEN list[1]
    WHEN list IS NOT NULL THEN chr(29) || CAST(to_json(list) AS VARCHAR)
  END`,
  // Most values are plain texts, whose JSON can be cut and joined as it is, without a JSON document for each row.
  `CREATE OR REPLACE TEMP MACRO multi_sorted(x) AS CASE
    WHEN x BETWEEN chr(29) || '["' AND chr(29) || '["\u{10ffff}' AND contains(x, '","') AND NOT contains(x, '\\') AND NOT contains(x, 'null')
      THEN concat(chr(29), '["', array_to_string(list_sort(string_split(x[4:-3], '","')), '","'), '"]')
    WHEN is_multi(x) THEN multi_text(list_sort(multi_values(x), 'ASC', 'NULLS FIRST'))
    ELSE x END`,
  // OR over the values in three-valued logic.
  `CREATE OR REPLACE TEMP MACRO multi_any(list) AS
    coalesce(list_bool_or(list), FALSE) OR (CASE WHEN list_count(list) = len(list) THEN FALSE END)`,
];
