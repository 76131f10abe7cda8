/**
 * A trap of the outside world: where the contracts tell of it, its short name, and the test that meets it; where one title
 * stands for a table of cases, the text that names the case there.
 */
export type Trap =
  | readonly [at: string, trap: string, file: string, title: string, inItsTable?: string]
  | readonly [at: string, trap: string, untested: { whyNot: string }];
