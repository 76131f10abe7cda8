/** Names of arguments; of a block, its own arguments. */
export type Shape = { readonly [name: string]: true | Shape };

// What the parser gives is JSON of any shape.
// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any;

/** What every resource may have, whatever its provider. */
const everywhere: Shape = {
  count: true,
  for_each: true,
  lifecycle: { precondition: { condition: true, error_message: true } },
};

/** Names that the provider does not know, with where they stand. A block comes as a list, or as an object of labels. */
function unknownIn(at: string, value: Loose, shape: Shape): string[] {
  const blocks: Loose[] = Array.isArray(value) ? value : [value];
  return blocks.flatMap((block) =>
    Object.entries(block as object).flatMap(([name, inner]) => {
      const known = shape[name];
      if (known === undefined) return [`${at}.${name}`];
      return known === true ? [] : unknownIn(`${at}.${name}`, inner, known);
    }),
  );
}

/** Types and arguments of these resources or data sources that are not among the known ones. */
export function unknownBlocks(kind: string, declared: Loose, known: Readonly<Record<string, Shape>>): string[] {
  return Object.entries((declared ?? {}) as object).flatMap(([type, named]) =>
    Object.entries(named as object).flatMap(([name, body]) => {
      const shape = known[type];
      return shape ? unknownIn(`${kind} ${type}.${name}`, body, { ...shape, ...everywhere }) : [`${kind} ${type}`];
    }),
  );
}
