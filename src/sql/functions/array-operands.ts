/** The arguments of array functions as lists with elements of one type, for every engine. */
import type { Expression } from '../plan/expression.js';
import { DOUBLE, isFractional, isString, type SqlType, VARCHAR } from '../types.js';
import { elementOf, meetingType } from './array-elements.js';

export type Args = readonly string[];
export type Bound = readonly Expression[];

/** A list with the type of its elements. */
export interface List {
  readonly sql: string;
  readonly element: SqlType;
}

/** How an engine makes lists of arguments and converts elements; everything is SQL of an expression. */
export interface ElementSyntax {
  /** An argument as a list: text is a list of one, a multi-value string the list of its values, both NULL when null. */
  listOf(sql: string, type: SqlType | undefined): string;
  /** A value of one element type as a value of another; what does not convert becomes NULL. */
  convertElement(sql: string, from: SqlType, to: SqlType): string;
  /** A list whose elements are converted. */
  convertElements(list: string, from: SqlType, to: SqlType): string;
}

const kindOf = (type: SqlType): 'text' | 'long' | 'double' => {
  if (isString(type)) return 'text';
  return isFractional(type) ? 'double' : 'long';
};

/** Whether a value is of another kind of type than the elements, so that it stands nowhere among them, as in Druid. */
export const isForeign = (type: SqlType, element: SqlType): boolean =>
  type.name !== 'NULL' && kindOf(type) !== kindOf(element);

/** The type of the argument at an index. */
export const typeAt = (bound: Bound, index: number): SqlType => bound[index]?.type ?? VARCHAR;

/** Whether the argument at an index counts as a list of values. */
export const isListAt = (bound: Bound, index: number): boolean => {
  const type = typeAt(bound, index);
  return type.name === 'ARRAY' || type.multiValue === true;
};

/** The ways to read arguments in an engine's SQL. */
export function arrayOperands({ listOf, convertElement, convertElements }: ElementSyntax) {
  const listAt = (args: Args, bound: Bound, index: number): List => ({
    sql: listOf(args[index] ?? 'NULL', bound[index]?.type),
    element: elementOf(bound[index]?.type),
  });

  const converted = (args: Args, bound: Bound, listIndex: number, scalarIndex: number, element: SqlType) => {
    const list = listAt(args, bound, listIndex);
    return {
      element,
      list: convertElements(list.sql, list.element, element),
      value: convertElement(args[scalarIndex] ?? 'NULL', typeAt(bound, scalarIndex), element),
    };
  };

  return {
    /** The argument at an index as a list. */
    listAt,
    /** A list and a scalar as values of one type, by rule that of the list. */
    meet: (args: Args, bound: Bound, listIndex: number, scalarIndex: number) =>
      converted(
        args,
        bound,
        listIndex,
        scalarIndex,
        meetingType(elementOf(bound[listIndex]?.type), typeAt(bound, scalarIndex)),
      ),
    /** Two lists with elements of one type, by rule that of the first. */
    meetLists(args: Args, bound: Bound) {
      const [left, right] = [listAt(args, bound, 0), listAt(args, bound, 1)];
      const element = meetingType(left.element, right.element);
      return {
        element,
        left: convertElements(left.sql, left.element, element),
        right: convertElements(right.sql, right.element, element),
      };
    },
    /** The operands of `scalar IN array`: numbers and texts meet as numbers, a text in an array of texts as text. */
    comparands(args: Args, bound: Bound) {
      const element = elementOf(bound[1]?.type);
      const scalar = typeAt(bound, 0);
      const mixed = isString(element) ? VARCHAR : DOUBLE;
      const common = isForeign(scalar, element) ? mixed : meetingType(element, scalar);
      return { ...converted(args, bound, 1, 0, common), given: listAt(args, bound, 1).sql };
    },
  };
}
