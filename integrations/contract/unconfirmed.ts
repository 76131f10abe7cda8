/** What no document of the vendor settles, and this folder rests on: to be tried on a real account before it is relied on. */
export interface Unconfirmed {
  /** `<integration>.<what>`. */
  id: string;
  /** In a sentence. */
  assumes: string;
  /** What somebody does on a real account, and what they should see. */
  tryIt: string;
  /** Files that would have to change if it is otherwise, from the project's root. */
  rests: readonly [string, ...string[]];
}
