/** What a key of the language means: one source for the editors' schema, the reference and the tests. */
export interface KeyText {
  /** One sentence. */
  says: string;
  /** What holds where the key is left out; of a key that must be there, nothing. */
  without?: string;
  /** YAML of the document's own keys, to be put into the document that stands in `set.ts` as it is; it is loaded by a test. */
  example: string;
}

/** By path, as `keysOf` names them. */
export type KeyTexts = Readonly<Record<string, KeyText>>;

/** Keys below the first path mean what those below the second do, and are explained there. */
export type SameKeys = Readonly<Record<string, string>>;
