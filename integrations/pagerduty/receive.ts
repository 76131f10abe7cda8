import type { RawRequest, Received } from '../contract/source.js';
import type { PagerDutyDoor } from './config.js';
import { readAutomation } from './shapes/automation.js';
import { readCustomAction } from './shapes/custom-action.js';
import { isPlain, readPlain } from './shapes/plain.js';
import { asObject, type Proven, readJson } from './shapes/proven.js';
import { readV3 } from './shapes/v3.js';
import { provenBy } from '../wire/signature.js';

/** PagerDuty drops what is over 256 KiB by itself, so what is over this is certainly not from it. Bytes. */
const largestBody = 300 * 1024;

/** What is configured of this door when nothing is: tokens and certificates may still open it. */
const closed: PagerDutyDoor = { secrets: [], ourselves: [] };

/**
 * Proves and reduces whatever PagerDuty sends to this address. Pure but for hashing; never throws.
 * Refuses only what is certainly not from PagerDuty: three refusals in a row make it switch the subscription off for 24 h.
 */
export function receive(request: RawRequest, door: PagerDutyDoor = closed): Received {
  const { headers, body } = request;
  if (body.length > largestBody)
    return { kind: 'refused', status: 413, because: 'The body is over 300 KiB, which PagerDuty never sends.' };
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  if (encoding && encoding !== 'identity')
    return { kind: 'refused', status: 415, because: 'The body has a Content-Encoding; the signature is over plain bytes.' };
  const proven = prove(request, door);
  return 'kind' in proven ? proven : understand(proven);
}

/**
 * A signature that is shown must be right, whatever else is shown. Without one, a proof that the API has checked counts: custom
 * actions, orchestrations and workflows carry no signature (contracts 1.4 to 1.6).
 */
function prove(request: RawRequest, door: PagerDutyDoor): Proven | Received {
  const signature = request.headers['x-pagerduty-signature'];
  const proof = request.proofs.find(({ trust }) => trust === 'mtls') ?? request.proofs[0];
  if (signature !== undefined && door.secrets.length > 0) {
    const secret = provenBy(signature, request.body, door.secrets);
    if (secret === undefined) return unproven('No valid X-PagerDuty-Signature.');
    return { request, door, trust: 'signed', authenticatedBy: `hmac, secret ${secret + 1} of ${door.secrets.length}` };
  }
  if (proof) return { request, door, trust: proof.trust, authenticatedBy: proof.by };
  if (signature !== undefined)
    return { kind: 'later', because: 'The signature cannot be checked: set PAGERDUTY_WEBHOOK_SECRETS.' };
  return unproven('Neither X-PagerDuty-Signature nor a token of this door.');
}

const unproven = (what: string): Received => ({
  kind: 'refused',
  status: 401,
  because:
    `${what} A webhook subscription: compare PAGERDUTY_WEBHOOK_SECRETS with its secret. A custom action, an orchestration or a workflow: ` +
    'give it the header `Authorization: Bearer <token>`, with the hash of that token in OPSSENTINEL_DOOR_TOKENS. ' +
    'PagerDuty counts this answer as a drop; after three in a row it sends nothing for 24 h.',
});

/** By the form of the body; what is signed and of no known form is kept. */
function understand(proven: Proven): Received {
  const words = proven.trust === 'signed' ? 'signed' : 'proven';
  const read = readJson(proven.request.body);
  if (read === undefined) return { kind: 'quarantined', because: `${words}, but not JSON` };
  const body = asObject(read);
  if (body && Array.isArray(body['messages'])) return readCustomAction(body, proven);
  if (body && '__pd_metadata' in body) return readAutomation(body, proven);
  if (proven.trust === 'signed' || isV3(body)) return readV3(read, proven);
  if (!body) return { kind: 'quarantined', because: `${words}, but not a JSON object` };
  return isPlain(body) ? readPlain(body, proven) : readAutomation(body, proven);
}

/** An orchestration may have an `event` too; only webhooks v3 have these two in it. */
function isV3(body: Record<string, unknown> | undefined): boolean {
  const event = asObject(body?.['event']);
  return typeof event?.['event_type'] === 'string' && typeof event['occurred_at'] === 'string';
}
