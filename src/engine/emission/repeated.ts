import type { Emission } from './emission.js';

/** SQL that is shorter than this may be copied as often as one likes. */
const SHORT = 40;

/**
 * Composes SQL out of operands. Where the engine has no macros, what an emitter does with its arguments is written out,
 * and an argument that it uses several times would be copied as often: nested calls would grow without bound. Long
 * operands that are used more than once are therefore computed once, under a name.
 * @param isConstant operands that must stay constants in the eyes of the engine
 */
export function composed(
  operands: readonly string[],
  isConstant: (index: number) => boolean,
  { syntax, fresh }: Emission,
  compose: (operands: readonly string[]) => string,
): string {
  if (!syntax.copiesOperands) return compose(operands);
  const names = operands.map((sql, index) => (sql.length > SHORT && !isConstant(index) ? fresh('arg') : undefined));
  const body = compose(operands.map((sql, index) => names[index] ?? sql));
  return names.reduceRight((inner: string, name, index) => {
    if (name === undefined) return inner;
    const sql = operands[index] ?? '';
    const uses = inner.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0;
    if (uses > 1) return syntax.bind(name, sql, inner);
    return inner.replace(new RegExp(`\\b${name}\\b`), () => sql);
  }, body);
}
