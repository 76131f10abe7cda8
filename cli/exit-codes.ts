/** What a command's end means to a script. The one table: `--help` prints it. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  notAllowed: 4,
  conflict: 5,
  unreachable: 6,
  timeout: 7,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof exitCodes;

export const exitMeanings: Readonly<Record<ExitName, string>> = {
  ok: 'done',
  failed: 'a check or an operation failed',
  usage: 'wrong usage or wrong configuration',
  notFound: 'there is no such thing',
  notAllowed: 'not allowed: no token, a wrong one, or one without the right',
  conflict: 'conflict: already decided, or the plan has changed',
  unreachable: 'a service that is needed does not answer',
  timeout: 'it took too long',
  interrupted: 'interrupted by you',
};

export const exitTable = (): string =>
  [
    'Exit codes:',
    ...Object.entries(exitCodes).map(([name, code]) => `  ${String(code).padEnd(4)} ${exitMeanings[name as ExitName]}`),
  ].join('\n');
