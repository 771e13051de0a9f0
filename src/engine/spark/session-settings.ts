/** Settings on which the meaning of the emitted SQL depends. They win over the user's. */
export const sessionSettings: Readonly<Record<string, string>> = {
  'spark.sql.session.timeZone': 'UTC',
  // Druid's arithmetic wraps and its casts give NULL where the ANSI mode fails.
  'spark.sql.ansi.enabled': 'false',
  // Names that differ in case are different columns.
  'spark.sql.caseSensitive': 'true',
  'spark.sql.legacy.sizeOfNull': 'false',
  'spark.sql.timestampType': 'TIMESTAMP_LTZ',
  'spark.sql.legacy.timeParserPolicy': 'CORRECTED',
  'spark.sql.parser.escapedStringLiterals': 'false',
  'spark.sql.parquet.inferTimestampNTZ.enabled': 'false',
  'spark.sql.parquet.outputTimestampType': 'TIMESTAMP_MICROS',
  'spark.sql.parquet.compression.codec': 'snappy',
  // Files of a segment's own columns: a column may be called as one likes.
  'spark.sql.sources.partitionColumnTypeInference.enabled': 'true',
  'spark.sql.crossJoin.enabled': 'true',
  // A JSON number as text is what Java prints of it, as in Druid, and not as it was written.
  'spark.sql.json.enableExactStringParsing': 'false',
  // Times of nanoseconds in external Parquet files are numbers then, and no failure.
  'spark.sql.legacy.parquet.nanosAsLong': 'true',
  // Spark 4's parser keeps what it learnt of every statement: statements of some ten kilobytes fill the driver's memory.
  'spark.sql.parser.manageParserCaches': 'true',
  'spark.sql.parser.parserDfaCacheFlushThreshold': '50000',
};
