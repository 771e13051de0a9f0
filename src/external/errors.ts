/** An inputSource, inputFormat or signature that cannot be read. The message names the property. */
export class ExternalSpecError extends Error {
  override readonly name = 'ExternalSpecError';
}

/** External data that is not what it should be: cut off, damaged, of another format. The message names the file. */
export class ExternalDataError extends Error {
  override readonly name = 'ExternalDataError';
}

/** External data that could not be reached: a missing file, a path that is not allowed, an HTTP failure. */
export class ExternalReadError extends Error {
  override readonly name = 'ExternalReadError';
}
