/**
 * A URI of a file with all signs as they are. Java writes % where a name has it as %25, so that every % of its URIs begins a
 * sign.
 */
export function decodedUri(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
