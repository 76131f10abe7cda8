import { condition, setHandler } from '@temporalio/workflow';
import type { ApprovalAnswer, ApprovalRequest } from '../../domain/approval.js';
import { beginsWork, type Delivery } from '../../domain/delivery.js';
import * as messages from '../messages.js';

/** Most of what is remembered of each sort; a run that gets more has seen all it needs. */
const most = 500;

/** A decision that waits to be judged, and how it is answered. */
export interface Asked {
  request: ApprovalRequest;
  via: 'update' | 'signal';
  answer?: ApprovalAnswer;
}

/**
 * Everything that came in from outside. Handlers only put things here and return; the main loop acts.
 * They parse by hand and never throw: a signal without input must not wedge the run.
 */
export interface Inbox {
  /** Ids of events seen, so that a redelivery counts once. */
  seen: Set<string>;
  /** Epoch milliseconds: when the event that began the run happened. */
  began: number;
  /** A resolve came after the last opening event. */
  resolved: boolean;
  /** A human has it at its source: acknowledged or reassigned. Ends when the acknowledgement does. */
  heldBy: string | undefined;
  /** A human took it over by our own command: that never ends by itself. */
  takenOverBy: string | undefined;
  approvals: Asked[];
  /** Messages that could not be read; shown, never acted on. */
  refused: string[];
  joined: string[];
  closed: string | undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string | undefined => (typeof value === 'string' && value.length <= 500 ? value : undefined);

function readRequest(input: unknown, decision?: 'approve' | 'reject'): ApprovalRequest | string {
  if (!isRecord(input)) return 'it has no input: send {"by": "your name", "planHash": "…"}';
  const chosen = decision ?? input['decision'];
  if (chosen !== 'approve' && chosen !== 'reject') return '`decision` must be "approve" or "reject"';
  const by = text(input['by']);
  const planHash = text(input['planHash']);
  if (!by) return '`by` is missing: say who decides';
  if (!planHash) return '`planHash` is missing: it pins what is approved';
  return { decision: chosen, by, planHash, reason: text(input['reason']), requestId: text(input['requestId']) };
}

function takeEvent(inbox: Inbox, input: unknown): void {
  if (!isRecord(input) || !text(input['eventId']) || !text(input['kind'])) {
    refuse(inbox, 'incidentEvent: not an event');
    return;
  }
  const event = input as unknown as Delivery;
  if (inbox.seen.has(event.eventId)) return;
  if (inbox.seen.size < most) inbox.seen.add(event.eventId);
  // An end that is older than the beginning is of an earlier life, and says nothing of this one.
  if (event.kind === 'resolved' && !(Date.parse(event.occurredAt) < inbox.began)) inbox.resolved = true;
  if (beginsWork(event.kind)) inbox.resolved = false;
  if (event.kind === 'acknowledged' || event.kind === 'reassigned')
    inbox.heldBy = text(event.actor?.name) ?? text(event.actor?.id) ?? 'somebody';
  if (event.kind === 'unacknowledged') inbox.heldBy = undefined;
}

function refuse(inbox: Inbox, why: string): void {
  if (inbox.refused.length < most) inbox.refused.push(why);
}

function takeSignal(inbox: Inbox, name: 'approve' | 'reject', input: unknown): void {
  const request = readRequest(input, name);
  if (typeof request === 'string') refuse(inbox, `${name}: ${request}`);
  // A bare signal never carries our own door's row, whatever it says.
  else if (inbox.approvals.length < most) inbox.approvals.push({ request: { ...request, requestId: undefined }, via: 'signal' });
}

async function takeUpdate(inbox: Inbox, input: unknown): Promise<ApprovalAnswer> {
  const request = readRequest(input);
  if (typeof request === 'string') {
    refuse(inbox, `approval: ${request}`);
    return { accepted: false, reason: request };
  }
  if (inbox.closed) return { accepted: false, reason: inbox.closed };
  if (inbox.approvals.length >= most) return { accepted: false, reason: 'too many decisions for one incident' };
  const asked: Asked = { request, via: 'update' };
  inbox.approvals.push(asked);
  await condition(() => asked.answer !== undefined || inbox.closed !== undefined);
  return asked.answer ?? { accepted: false, reason: inbox.closed ?? 'the run has ended' };
}

/** One in which nothing has come yet. `began`: epoch milliseconds. */
export const emptyInbox = (began: number): Inbox => ({
  seen: new Set(),
  began,
  resolved: false,
  heldBy: undefined,
  takenOverBy: undefined,
  approvals: [],
  refused: [],
  joined: [],
  closed: undefined,
});

/** Registers every handler. Call it before the first `await` of the run. */
export function openInbox(first: Delivery, status: () => messages.RunStatus): Inbox {
  const inbox = emptyInbox(Date.parse(first.occurredAt));
  takeEvent(inbox, first);
  // Whether it is still open is read at the source before anything is decided; this event alone does not say.
  inbox.resolved = false;
  setHandler(messages.incidentEvent, (input: unknown) => takeEvent(inbox, input), {
    description: 'A later event of this incident',
  });
  setHandler(messages.approve, (input: unknown) => takeSignal(inbox, 'approve', input), {
    description: 'Approve the plan: {"by": "your name", "planHash": "first 8 characters or all of it"}',
  });
  setHandler(messages.reject, (input: unknown) => takeSignal(inbox, 'reject', input), {
    description: 'Reject the plan: {"by": "your name", "planHash": "…", "reason": "…"}',
  });
  setHandler(
    messages.takeOver,
    (input: unknown) => {
      inbox.takenOverBy = (isRecord(input) && text(input['by'])) || 'somebody';
    },
    { description: 'A human takes the incident: no further step begins. {"by": "your name"}' },
  );
  setHandler(
    messages.joined,
    (input: unknown) => {
      const incident = isRecord(input) ? text(input['incident']) : undefined;
      if (incident && inbox.joined.length < most) inbox.joined.push(incident);
      else refuse(inbox, 'joined: no incident named');
    },
    { description: 'The same alert came by another way' },
  );
  setHandler(messages.approval, (input: unknown) => takeUpdate(inbox, input), {
    description: 'Approve or reject, and be answered',
  });
  setHandler(messages.status, status, { description: 'Where the run stands, in words' });
  return inbox;
}
