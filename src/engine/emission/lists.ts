/** SQL of lists in an engine's words. */
export interface ListSyntax {
  list(elements: readonly string[]): string;
  /** The number of elements. */
  size(list: string): string;
  /** The first element; the list is an operand. */
  first(list: string): string;
  /** `body` for each element, under the name `variable`. */
  transform(list: string, variable: string, body: string): string;
}

/** `element` of a name for each element of a list; the list itself where that changes nothing. */
export function mapList(syntax: ListSyntax, list: string, element: (name: string) => string): string {
  const body = element('v');
  return body === 'v' ? list : syntax.transform(list, 'v', body);
}
