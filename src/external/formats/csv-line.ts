/** What opencsv says of a line whose last quote does not close. */
export const unterminatedQuote = 'Un-terminated quoted field at end of CSV line';

/** The fields of a line of CSV (RFC 4180: a quote inside of quotes is written twice). */
export function splitCsvLine(line: string): readonly string[] {
  return [...`,${line}`.matchAll(/,((?:[^",]|"[^"]*")*)/g)].map(([, field = '']) =>
    field.startsWith('"') ? field.slice(1).replace(/"$/, '').replaceAll('""', '"') : field,
  );
}
