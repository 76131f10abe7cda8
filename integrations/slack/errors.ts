import type { VendorFault } from '../contract/errors.js';
import type { Kind } from '../wire/http.js';

/** Somebody can mend these while everything waits: token, scopes, an administrator's restriction. */
const forbidden: readonly string[] = [
  'access_denied',
  'account_inactive',
  'ekm_access_denied',
  'invalid_auth',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'not_authed',
  'org_login_required',
  'team_access_not_granted',
  'token_expired',
  'token_revoked',
];

/** One channel that cannot be written to must not hold back the others: its messages are left out and counted. */
const absent: readonly string[] = [
  'channel_not_found',
  'message_not_found',
  'not_in_channel',
  'user_not_found',
  'user_not_visible',
];
const conflict: readonly string[] = ['cant_update_message', 'edit_window_closed', 'is_archived', 'is_inactive'];
const later: readonly string[] = ['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable', 'team_added_to_org'];

/** What an `error` beside `ok: false` means (docs.slack.dev, each method's "Errors"). What is not known of is refused. */
export function faultOf(error: string, kind: Kind): VendorFault {
  if (error === 'ratelimited' || error === 'rate_limited') return 'throttled';
  if (forbidden.includes(error)) return 'forbidden';
  if (absent.includes(error)) return 'absent';
  if (conflict.includes(error)) return 'conflict';
  // "Some aspect of the operation may have succeeded": so the methods' pages on internal_error and fatal_error.
  if (later.includes(error)) return kind === 'write' ? 'ambiguous' : 'unavailable';
  return 'refused';
}
