/** The last so many texts; the oldest is forgotten first. */
export interface RecentSet {
  /** Whether it was new. */
  add: (text: string) => boolean;
}

export function createRecentSet(limit: number): RecentSet {
  const texts = new Set<string>();
  return {
    add: (text) => {
      if (texts.has(text)) return false;
      texts.add(text);
      if (texts.size > limit) texts.delete(texts.values().next().value as string);
      return true;
    },
  };
}
