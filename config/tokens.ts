import type { z } from 'zod';

/** Lowest first: each may do what those before it may. */
export const roles = ['viewer', 'approver', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface ApiToken {
  role: Role;
  /** Written into every record of what it did. */
  who: string;
  token: string;
}

const shortest = 16;

/** `<role>:<who>:<token>`, separated by commas. Messages name the place in the list, never the token. */
export function parseTokens(text: string, context: z.RefinementCtx): ApiToken[] {
  const entries = text.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');
  return entries.flatMap((entry, index) => {
    const [role, who, ...rest] = entry.split(':');
    const token = rest.join(':');
    const place = `token ${index + 1} of ${entries.length}`;
    if (!roles.includes(role as Role)) {
      context.addIssue(`${place}: must be <role>:<who>:<token> with the role ${roles.join(', ')}`);
    } else if (!who) {
      context.addIssue(`${place}: does not say whose it is; write <role>:<who>:<token>`);
    } else if (token.length < shortest) {
      context.addIssue(`${place} (${who}): must have at least ${shortest} characters; make one with: openssl rand -hex 24`);
    } else {
      return [{ role: role as Role, who, token }];
    }
    return [];
  });
}
