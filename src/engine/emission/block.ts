import { columnName } from './names.js';

/** A column that a block puts out. */
export interface BlockColumn {
  readonly id: number;
  readonly sql: string;
}

/**
 * One SELECT in the making. A node of the plan is added to the block below it as long as SQL's order of evaluation
 * (WHERE, GROUP BY, SELECT, ORDER BY, LIMIT) allows; otherwise the block becomes a subquery of a new one.
 */
export interface Block {
  /** What follows FROM; absent for a block without rows below (SELECT 1). */
  readonly from?: string;
  readonly where: readonly string[];
  readonly groupBy?: string;
  /** What the block computes, in order. `computed` false: every column is a column of `from`. */
  readonly columns: readonly BlockColumn[];
  readonly computed: boolean;
  /** `from` is a chain of joins, which needs parentheses on the right of another join. */
  readonly joined?: boolean;
  readonly orderBy?: readonly string[];
  readonly limit?: string;
}

/** A block that reads a relation whose columns are already named by field ids. */
export function blockOver(from: string | undefined, ids: readonly number[]): Block {
  return {
    ...(from === undefined ? {} : { from }),
    where: [],
    columns: ids.map((id) => ({ id, sql: columnName(id) })),
    computed: false,
  };
}

/** Whether the block is nothing but its `from`. */
export const isBare = (block: Block): boolean =>
  block.from !== undefined &&
  block.where.length === 0 &&
  !block.computed &&
  !block.orderBy &&
  block.limit === undefined;

const columnSql = ({ id, sql }: BlockColumn): string => (sql === columnName(id) ? sql : `${sql} AS ${columnName(id)}`);

/** Whether GROUP BY or ORDER BY names a column that the block would no longer put out. */
const hides = (block: Block, ids: readonly number[]): boolean =>
  block.computed &&
  (block.groupBy !== undefined || block.orderBy !== undefined) &&
  block.columns.some(({ id }) => !ids.includes(id));

/** The SELECT; `ids` fixes which columns in which order. */
export function renderBlock(block: Block, ids?: readonly number[]): string {
  if (ids && hides(block, ids)) {
    return renderBlock({ ...wrap(block), ...(block.orderBy && { orderBy: block.orderBy }) }, ids);
  }
  const byId = new Map(block.columns.map((column) => [column.id, column]));
  const columns = ids ? ids.map((id) => byId.get(id) ?? { id, sql: columnName(id) }) : block.columns;
  const parts = [`SELECT ${columns.length > 0 ? columns.map(columnSql).join(', ') : '1'}`];
  if (block.from !== undefined) parts.push(`FROM ${block.from}`);
  if (block.where.length > 0) parts.push(`WHERE ${block.where.join(' AND ')}`);
  if (block.groupBy !== undefined) parts.push(`GROUP BY ${block.groupBy}`);
  if (block.orderBy && block.orderBy.length > 0) parts.push(`ORDER BY ${block.orderBy.join(', ')}`);
  if (block.limit !== undefined) parts.push(block.limit);
  return parts.join('\n');
}

/** Line breaks inside of quoted texts and names stay as they are. */
const breakOrQuoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\n/g;

const indent = (sql: string): string => sql.replace(breakOrQuoted, (part) => (part === '\n' ? '\n  ' : part));

/** A query as an item of FROM. */
export const subquery = (sql: string): string => `(\n  ${indent(sql)}\n)`;

/** The block as an item of FROM. An order without a limit means nothing there. */
export function itemOf(block: Block): string {
  if (isBare(block) && block.from !== undefined) return block.from;
  const { orderBy, ...rest } = block;
  return subquery(renderBlock(orderBy && block.limit !== undefined ? { ...rest, orderBy } : rest));
}

/** A block over this one, with the same columns. */
export const wrap = (block: Block): Block =>
  isBare(block)
    ? block
    : blockOver(
        itemOf(block),
        block.columns.map((column) => column.id),
      );
