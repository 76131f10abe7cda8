import type { Environment } from './environment.js';

/** Variables that the AWS SDK looks up by itself, in the process's environment and nowhere else. */
const lookedUpBySdk = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

/** What `<NAME>_FILE` gave is put where the SDK looks. `settings` has every file read; `into` is the process's own environment. */
export function showToSdk(settings: Environment, into: Record<string, string | undefined>): void {
  for (const name of lookedUpBySdk) {
    const value = settings[name];
    if (value !== undefined && !into[name]) into[name] = value;
  }
}
