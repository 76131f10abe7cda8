/** What of the world nobody wrote down: reading it is noticed, so that a guard that looked at it is not believed. */
export interface Veil {
  /** What was looked at since the last `take`, in words. */
  take: () => string[];
  /** The value with these members hidden (all of them, where none is named); reading one notes `what`. */
  over: <Value extends object>(value: Value, what: string, members?: readonly (keyof Value)[]) => Value;
}

/**
 * No list says which guard needs which fact: such a list would be wrong one day, and silently. Whatever a guard reads is seen, also by
 * one that is written tomorrow.
 */
export function createVeil(): Veil {
  const seen = new Set<string>();
  return {
    take: () => {
      const all = [...seen].sort();
      seen.clear();
      return all;
    },
    over: (value, what, members) =>
      new Proxy(value, {
        get: (inner, member, receiver) => {
          if (members === undefined || (members as readonly unknown[]).includes(member)) seen.add(what);
          return Reflect.get(inner, member, receiver) as unknown;
        },
        has: (inner, member) => {
          if (members === undefined || (members as readonly unknown[]).includes(member)) seen.add(what);
          return Reflect.has(inner, member);
        },
        ownKeys: (inner) => {
          seen.add(what);
          return Reflect.ownKeys(inner);
        },
      }),
  };
}
