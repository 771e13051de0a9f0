/**
 * A version for new segments: the present, as ISO time, but later than every version given. Versions are compared as
 * text, so two in the same millisecond would not overshadow each other.
 */
export function versionAfter(versions: Iterable<string>, now: number): string {
  let latest = now;
  for (const version of versions) {
    const time = Date.parse(version);
    if (time >= latest) latest = time + 1;
  }
  return new Date(latest).toISOString();
}
