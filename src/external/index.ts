export { splitCsvLine } from './formats/csv-line.js';
export { ExternalDataError, ExternalReadError, ExternalSpecError } from './errors.js';
export { lacksSecrets, literalSecrets, secretHider } from './secrets.js';
export { prepareSparkExternal } from './spark/prepare.js';
export { isPlainUri } from './spark/staging.js';
export { PARSE_FAILURE } from './spark/reading.js';
export { type SampledColumn, sampledColumns, type SampledRecord } from './sampled-columns.js';
export { prepareExternal } from './prepare.js';
export type {
  ExternalRelation,
  ParseProblem,
  PreparedRelation,
  ReadingEnvironment,
  ReadingPart,
  ReadingProgress,
} from './relation.js';
export { needsSpark, validateExternal, type ExternalSpec } from './validate.js';
