import { quoteText } from '../../../engine/spark/index.js';
import type { RowCheckSql } from '../row-checks.js';

/** The checks of rows in Spark's SQL. */
export const rowChecks: RowCheckSql = {
  quoteText,
  startsWith: (text, prefix) => `startswith(${text}, ${prefix})`,
  each: (list, convert) => `transform(${list}, e -> ${convert('e')})`,
  some: (list, condition) => `exists(${list}, e -> ${condition('e')})`,
  joined: (texts) => `concat_ws('', ${texts.join(', ')})`,
  joinedList: (list) => `array_join(${list}, '')`,
  bytes: (text) => `octet_length(${text})`,
  text: (sql, type) => (type.name === 'COMPLEX' ? sql : `to_json(${sql})`),
  sign: (code) => `char(${code})`,
};
