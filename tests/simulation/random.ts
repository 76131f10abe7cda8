/** A seeded stream of numbers: the same seed, the same incidents and the same faults, on any machine. */
export interface Random {
  /** From 0 to below 1. */
  next: () => number;
  chance: (share: number) => boolean;
  /** A whole number, both ends included. */
  int: (from: number, to: number) => number;
  pick: <Item>(items: readonly Item[]) => Item;
}

/** Mulberry32: 32 bits of state are enough for one seed's world. */
export function randomOf(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    int,
    chance: (share) => next() < share,
    pick: <Item>(items: readonly Item[]): Item => items[int(0, items.length - 1)] as Item,
  };
}
