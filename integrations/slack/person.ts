import { z } from 'zod';
import type { Call } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import type { SlackApi } from './client.js';

/** Whose e-mail it is, or why nobody of ours. */
export type Known = { email: string } | { because: string };

const flag = z.boolean().optional();
const answer = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string().optional(),
    deleted: flag,
    is_bot: flag,
    is_app_user: flag,
    is_workflow_bot: flag,
    is_stranger: flag,
    is_email_confirmed: flag,
    profile: z.object({ email: z.string().optional() }),
  }),
});

/**
 * Who a user is now, by what the workspace knows of them, never by a name that a payload shows: names are everybody's own choice.
 * `users.info` with users:read.email (docs.slack.dev). Throws VendorError while Slack cannot tell.
 */
export async function personOf(api: SlackApi, call: Pick<Call, 'signal' | 'now'>, id: string, team: string): Promise<Known> {
  const found = await api(call, { method: 'users.info', kind: 'read', args: { user: id }, answer }).catch((error: unknown) => {
    if (error instanceof VendorError && error.fault === 'absent') return undefined;
    throw error;
  });
  if (!found) return { because: `Slack knows no user ${id}` };
  const { user } = found;
  if (user.id !== id) return { because: `Slack answered of another user than ${id}` };
  if (user.team_id !== team || user.is_stranger) return { because: `the user ${id} belongs to another workspace` };
  if (user.is_bot || user.is_app_user || user.is_workflow_bot || id === 'USLACKBOT') return { because: `${id} is a bot` };
  if (user.deleted) return { because: `the user ${id} has left the workspace` };
  const email = user.profile.email?.trim() ?? '';
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || user.is_email_confirmed === false)
    return { because: `Slack shows no confirmed e-mail address of the user ${id}` };
  return { email };
}
