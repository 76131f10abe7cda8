/** Something wrong in a file, and what to do. */
export interface Problem {
  /** Relative to the folder above the rules: `rules/web/ec2-cpu-high.yaml`. */
  file: string;
  /** From 1. */
  line: number;
  column: number;
  says: string;
}

/** `file:line:column: what, and what to do`. */
export const problemText = ({ file, line, column, says }: Problem): string => `${file}:${line}:${column}: ${says}`;

/** By file and place; each said once. */
export function sortProblems(problems: Problem[]): Problem[] {
  const seen = new Set<string>();
  const key = ({ file }: Problem): string => file;
  return problems
    .filter((problem) => {
      const said = problemText(problem);
      return !seen.has(said) && seen.add(said);
    })
    .sort((a, b) =>
      key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.line - b.line || a.column - b.column || (a.says < b.says ? -1 : 1),
    );
}

/** Rules that were refused at start, with everything that is wrong. */
export class RulesRefused extends Error {
  override readonly name = 'RulesRefused';
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(
      `${problems.length === 1 ? '1 problem' : `${problems.length} problems`} in the rules; nothing is loaded until all are mended\n${problems.map(problemText).join('\n')}`,
    );
    this.problems = problems;
  }
}
