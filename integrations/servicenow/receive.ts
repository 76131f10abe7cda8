import { z } from 'zod';
import type { Delivery, EventKind, Trust } from '../../domain/delivery.js';
import { latestLife } from '../../domain/incident.js';
import type { RawRequest, Received } from '../contract/source.js';
import type { ServiceNowDoor } from './config.js';
import { isOver, ourPrefix, states } from './record.js';
import { provenBy } from '../wire/signature.js';
import { utc } from './times.js';

/** A body of our contract has some hundred bytes. */
const largestBody = 16 * 1024;

const state = z.string().regex(/^\d{1,3}$/);
const userName = z.string().regex(/^[\p{L}\p{N}._@+-]{0,100}$/u);

/** What the instance's Business Rule sends: our own contract (contracts 4.5). Nothing else, and every value a text. */
const notice = z.strictObject({
  table: z.string().regex(/^[a-z][a-z0-9_]{0,79}$/),
  sys_id: z.string().regex(/^[0-9a-f]{32}$/),
  number: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/),
  state,
  sys_mod_count: z.string().regex(/^\d{1,9}$/),
  correlation_id: z.string().max(255),
  operation: z.enum(['insert', 'update', 'delete']),
  /** The state before this change. */
  previous_state: state.or(z.literal('')).optional(),
  /** How often it was reopened: which life this is of. */
  reopen_count: z
    .string()
    .regex(/^\d{0,6}$/)
    .optional(),
  /** User names: who has it, who had it, who changed it. */
  assigned_to: userName.optional(),
  previous_assigned_to: userName.optional(),
  updated_by: userName.optional(),
  /** UTC, `2026-11-22 03:12:38`. */
  updated_on: z.string().refine(utc.is).optional(),
});
type Notice = z.infer<typeof notice>;

type Proven = { trust: Trust; authenticatedBy: string };

/** Proves and reduces a notice of the instance. Pure but for hashing; never throws. */
export function receive(request: RawRequest, door: ServiceNowDoor | undefined): Received {
  const { headers, body } = request;
  if (body.length > largestBody)
    return { kind: 'refused', status: 413, because: 'The body is over 16 KiB: it is not our contract.' };
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  if (encoding && encoding !== 'identity')
    return { kind: 'refused', status: 415, because: 'The body has a Content-Encoding; the signature is over plain bytes.' };
  const proven = proofOf(request, door);
  if (proven === undefined)
    return {
      kind: 'refused',
      status: 401,
      because:
        'No valid X-OpsSentinel-Signature, and no token or client certificate of this door. Compare SERVICENOW_WEBHOOK_SECRETS with the secret of the Business Rule.',
    };
  const read = noticeIn(body);
  return typeof read === 'string' ? { kind: 'quarantined', because: read } : sort(read, request, door, proven);
}

function proofOf({ headers, body, proofs }: RawRequest, door: ServiceNowDoor | undefined): Proven | undefined {
  const secrets = door?.secrets ?? [];
  const secret = provenBy(headers['x-opssentinel-signature'], body, secrets);
  if (secret !== undefined) return { trust: 'signed', authenticatedBy: `hmac, secret ${secret + 1} of ${secrets.length}` };
  const [proof] = proofs;
  return proof && { trust: proof.trust, authenticatedBy: proof.by };
}

function noticeIn(body: Buffer): Notice | string {
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return 'proven, but not JSON';
  }
  const parsed = notice.safeParse(read);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(
    (issue) => ('keys' in issue ? issue.keys.join(', ') : issue.path.join('.')) || 'the body',
  );
  return `proven, but not our contract: ${places.slice(0, 3).join(', ')} missing, unknown or of another form`;
}

function sort(told: Notice, { receivedAt, bodyHash }: RawRequest, door: ServiceNowDoor | undefined, proven: Proven): Received {
  const eventId = `${told.sys_id}:${told.sys_mod_count}${told.operation === 'delete' ? ':deleted' : ''}`;
  const eventType = `${told.table}.${told.operation}`;
  const recorded = (because: string): Received => ({ kind: 'recorded', eventId, eventType, incident: told.sys_id, because });
  if (told.table !== (door?.table ?? 'incident')) return recorded(`of the table ${told.table}, which is not followed`);
  if (told.correlation_id.toLowerCase().startsWith(ourPrefix))
    return recorded('a ticket that OpsSentinel opened; starts nothing');
  const by = told.updated_by || undefined;
  if (by !== undefined && door?.ourselves.includes(by)) return recorded('made by ourselves; starts nothing');
  const { kind, actor } = meaning(told, by, door?.ourselves ?? []);
  const generation = told.operation === 'insert' ? '0' : lifeOf(told.reopen_count);
  if (kind === 'reopened' && generation === latestLife)
    return { kind: 'quarantined', because: 'proven, but a reopening without reopen_count: which life begins cannot be told' };
  const delivery: Delivery = {
    eventId,
    eventType,
    kind,
    ref: { source: 'servicenow', externalId: told.sys_id, generation },
    occurredAt: told.updated_on === undefined ? receivedAt : utc.iso(told.updated_on),
    receivedAt,
    bodyHash,
    actor: actor === undefined ? null : { id: actor, type: 'user', name: actor },
    ...proven,
  };
  return { kind: 'delivery', delivery };
}

/** Without it the life is whichever is the latest that we know. */
const lifeOf = (reopenCount: string | undefined): string => (reopenCount ? String(Number(reopenCount)) : latestLife);

/** What a change means to a run, and who is behind it: for one that is handed over, whoever has it now. */
function meaning(
  told: Notice,
  by: string | undefined,
  ourselves: readonly string[],
): { kind: EventKind; actor: string | undefined } {
  if (told.operation === 'delete' || isOver(told.state)) return { kind: 'resolved', actor: by };
  if (told.operation === 'insert') return { kind: 'triggered', actor: by };
  const before = told.previous_state;
  if (before === states.resolved || before === states.closed || before === states.canceled)
    return { kind: 'reopened', actor: by };
  const { assigned_to: has, previous_assigned_to: had = '' } = told;
  if (has === undefined || has === had) return { kind: 'other', actor: by };
  if (has === '' || ourselves.includes(has)) return { kind: had === '' ? 'other' : 'unacknowledged', actor: by };
  return { kind: had === '' || ourselves.includes(had) ? 'acknowledged' : 'reassigned', actor: has };
}
