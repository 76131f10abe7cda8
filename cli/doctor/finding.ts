/** One thing that `doctor` looked at. */
export interface Finding {
  check: string;
  /** `skip`: could not be looked at, and why stands in `says`. */
  state: 'ok' | 'warn' | 'fail' | 'skip';
  says: string;
  /** What to do about it. */
  fix?: string;
}

export const ok = (check: string, says: string): Finding => ({ check, state: 'ok', says });
export const warn = (check: string, says: string, fix: string): Finding => ({ check, state: 'warn', says, fix });
export const fail = (check: string, says: string, fix: string): Finding => ({ check, state: 'fail', says, fix });
export const skip = (check: string, says: string): Finding => ({ check, state: 'skip', says });

export const because = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
