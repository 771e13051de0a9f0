/** Rows of Arrow batches as JavaScript's values. */
import { tableFromIPC, Type, type DataType, type Vector } from 'apache-arrow';
import type { EngineValue } from '../session.js';

function toEngineValue(value: unknown, type: DataType): EngineValue {
  if (value === null || value === undefined) return null;
  switch (type.typeId as Type) {
    case Type.Timestamp:
    case Type.Date:
      return new Date(Number(value)).toISOString();
    case Type.List: {
      const element = (type as DataType & { children: { type: DataType }[] }).children[0]?.type;
      return element ? [...(value as Vector)].map((item: unknown) => toEngineValue(item, element)) : [];
    }
    default:
      break;
  }
  if (['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return value as EngineValue;
  return String(value as object);
}

/** The rows of one batch, which is an Arrow stream of its own. 64-bit integers are bigint, lists arrays, times ISO text. */
export function rowsOfBatch(data: Uint8Array): EngineValue[][] {
  const table = tableFromIPC(data);
  const rows: EngineValue[][] = Array.from({ length: table.numRows }, () => []);
  for (let column = 0; column < table.numCols; column += 1) {
    const vector = table.getChildAt(column);
    if (!vector) continue;
    const type = vector.type as DataType;
    for (let row = 0; row < rows.length; row += 1) rows[row]?.push(toEngineValue(vector.get(row), type));
  }
  return rows;
}
