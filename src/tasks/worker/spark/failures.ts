/** What Spark says of files, in the words of whoever named them. */
import { EngineError } from '../../../engine/session.js';
import { decodedUri } from '../../../engine/spark/index.js';
import { PARSE_FAILURE } from '../../../external/index.js';
import { FaultError } from '../../../msq/fault.js';
import { faults } from '../../../msq/faults.js';
import { missingSegmentText } from '../../../storage/deep-storage.js';
import { hadoopUri, s3Uri } from '../../../transfer/index.js';
import type { Job } from '../protocol.js';

const MISSING = /PATH_NOT_FOUND|FILE_NOT_EXIST|FileNotFoundException|No such file or directory|NoSuchKey/;

/** A path or Druid's URI from Spark's URI of a file. */
export const sourceOf = (uri: string): string =>
  decodedUri(uri)
    .replace(/^file:\/+/, '/')
    .replace(/^s3a:/, 's3:');

/** The segment that a failure misses, as a fault that names it. */
function missingSegment({ message }: EngineError, { relations }: Pick<Job, 'relations'>): FaultError | undefined {
  if (!MISSING.test(message)) return undefined;
  for (const relation of relations) {
    if (relation.kind !== 'remoteSegments') continue;
    const found = relation.segments.find(({ object }) => {
      const uri = hadoopUri(object);
      return message.includes(uri) || message.includes(encodeURI(uri));
    });
    if (!found) continue;
    const { segment, object } = found;
    const text = missingSegmentText(segment, s3Uri(object));
    return new FaultError(faults.QueryRuntimeError(text));
  }
  return undefined;
}

/** The message with the places of files as a statement names them; what it cites of the data stays as it is. */
function withSources({ kind, message }: EngineError): string {
  if (message.includes(PARSE_FAILURE)) {
    // Spark 4 adds the class of what raise_error throws.
    return message.replace(
      /\(Path: ((?:file|s3a|hdfs):\/\S+)\)(?: SQLSTATE: P0001)?/g,
      (_, uri: string) => `(Path: ${sourceOf(uri)})`,
    );
  }
  return kind === 'internal' || message.includes('FAILED_READ_FILE')
    ? message.replace(/\bs3a:\/\//g, 's3://')
    : message;
}

/** A failure of a job on Spark, with files and segments named as Millrace names them. */
export function namedFailure(error: unknown, job: Pick<Job, 'relations'>): unknown {
  if (!(error instanceof EngineError)) return error;
  const missing = missingSegment(error, job);
  if (missing) return missing;
  const message = withSources(error);
  return message === error.message ? error : new EngineError(error.kind, message, { cause: error });
}
