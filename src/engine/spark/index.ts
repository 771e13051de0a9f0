export { parseSparkAddress, SparkAddressError } from './address.js';
export { castSql } from './casts.js';
export { sparkDialect } from './dialect.js';
export { sparkEmitter } from './functions/index.js';
export { isMulti, multiText, multiValues } from './multi-value.js';
export { quoteIdentifier, quoteText } from './quoting.js';
export { resultSql } from './results.js';
export { SparkSession, type FileView, type SparkListener, type SparkSettings } from './spark-session.js';
export { sparkType } from './types.js';
