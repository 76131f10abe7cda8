/** One environment variable that this product reads. */
export interface Variable {
  /** What it is, in one sentence. */
  says: string;
  /** Never shown, and `<NAME>_FILE` may name a file that holds it. */
  secret: boolean;
  default?: string;
  /** An address that is this machine only in the sandbox: live refuses to start with it. */
  neverLocal?: true;
}

export type Variables = Readonly<Record<string, Variable>>;

/** One that may be shown. */
export const open = (says: string, standard?: string): Variable =>
  standard === undefined ? { says, secret: false } : { says, secret: false, default: standard };

export const secret = (says: string): Variable => ({ says, secret: true });

/** A service that is never on this machine in live: there it could only be a simulator. */
export const remote = (says: string): Variable => ({ says, secret: false, neverLocal: true });
