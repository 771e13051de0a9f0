import type { ListSyntax } from '../emission/lists.js';

/** Spark's arrays count from 0. */
export const listSyntax: ListSyntax = {
  list: (elements) => `array(${elements.join(', ')})`,
  size: (list) => `array_size(${list})`,
  first: (list) => `${list}[0]`,
  transform: (list, variable, body) => `transform(${list}, ${variable} -> ${body})`,
};
