import { countLines } from './part-size.js';

/** How objects stand in a JSON file: one a line, one after the other with any space, or in a top-level array. */
export type JsonLayout = 'lines' | 'values' | 'array';

/** Where the JSON value that begins at `start` ends, or -1 when the text ends before it. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let inText = false;
  for (let index = start; index < text.length; index += 1) {
    const sign = text[index];
    if (inText) {
      if (sign === '\\') index += 1;
      else if (sign === '"') inText = false;
    } else if (sign === '"') inText = true;
    else if (sign === '{' || sign === '[') depth += 1;
    else if ((sign === '}' || sign === ']') && --depth === 0) return index + 1;
  }
  return -1;
}

/** Records that end within a text of this layout. */
export function countRecords(text: string, layout: JsonLayout): number {
  if (layout === 'lines') return countLines(text);
  let count = 0;
  let position = layout === 'array' ? text.indexOf('[') + 1 : 0;
  for (;;) {
    const start = text.indexOf('{', position);
    position = start < 0 ? -1 : endOfValue(text, start);
    if (position < 0) return count;
    count += 1;
  }
}

/** The texts of the objects that end within a text of this layout; the last line counts where nothing follows it. */
export function* recordTexts(text: string, layout: JsonLayout, whole: boolean): Generator<string> {
  if (layout === 'lines') {
    const end = whole ? text.length : text.lastIndexOf('\n') + 1;
    yield* text.slice(0, end).split('\n');
    return;
  }
  let position = layout === 'array' ? text.indexOf('[') + 1 : 0;
  for (;;) {
    const start = text.indexOf('{', position);
    position = start < 0 ? -1 : endOfValue(text, start);
    if (position < 0) return;
    yield text.slice(start, position);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const isObject = (text: string): boolean => text.trimStart().startsWith('{') && isJson(text);

/**
 * Tells the layout from a file's beginning. Druid reads objects a line; the other layouts are taken only where the
 * beginning cannot be lines, so that a bad first line stays one bad line.
 */
export function detectLayout(head: string, whole: boolean): JsonLayout {
  const start = head.search(/\S/);
  if (start < 0) return 'lines';
  const newline = head.indexOf('\n', start);
  const firstLine = head.slice(start, newline < 0 ? undefined : newline);
  if (head[start] === '[') return 'array';
  if (isJson(firstLine)) return 'lines';
  const end = endOfValue(head, start);
  if (end > 0 && isJson(head.slice(start, end))) {
    const isAlone =
      end >= start + firstLine.length ||
      firstLine
        .slice(end - start)
        .trimStart()
        .startsWith('{');
    return isAlone ? 'values' : 'lines';
  }
  if (newline < 0) return 'lines';
  // A first object larger than the beginning, unless some line is an object by itself.
  const lines = head.slice(newline + 1).split('\n');
  if (!whole) lines.pop();
  const isOpen = end < 0 && /^\{\s*("|$)/.test(firstLine.trim());
  return isOpen && !lines.some(isObject) ? 'values' : 'lines';
}
