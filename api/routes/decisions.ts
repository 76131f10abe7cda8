import { createHash, randomUUID } from 'node:crypto';
import { boundRequestId } from '../../domain/approval.js';
import { defineRoute } from '../route.js';
import { away, Problem } from '../problem.js';
import { RunError } from '../runs.js';
import { ApprovalBody, ApprovalReply, ReleaseBody, TakeOverBody, TakeOverReply } from '../shapes.js';
import type { Caller } from '../tokens.js';
import { findIncident, IncidentParams } from './incident-id.js';

export const postApproval = defineRoute({
  method: 'post',
  path: '/api/v1/incidents/{id}/approval',
  scope: 'approver',
  summary: 'Approve or reject the plan that an incident waits with.',
  description: 'The run judges it and answers. With an `Idempotency-Key` the same request gets the first answer for ever.',
  params: IncidentParams,
  body: ApprovalBody,
  responses: { 200: { says: 'It counts.', schema: ApprovalReply } },
  problems: [404, 409],
  handle: async ({ ledger, runs, limits, now }, { params, body, caller, request }) => {
    const { id } = await findIncident(ledger, params.id);
    const requestId = approvalRequestId(id, caller, body, request.get('idempotency-key'));
    // The row says who asks: the run believes it, and nothing that only stands in the message.
    if ((await ledger.approvalRequest(requestId)) === undefined) {
      await ledger.putApprovalRequest({ id: requestId, incident: id, by: caller.name, role: caller.scope, via: 'api' });
    }
    const { reason } = body;
    const decision = {
      decision: body.decision,
      by: caller.name,
      planHash: body.planHash,
      requestId,
      ...(reason === undefined ? {} : { reason }),
    };
    const answer = await runs.decide(id, decision, `api:${requestId}`, now() + limits.approvalDeadlineMs).catch(runProblem(id));
    if (!answer.accepted) throw new Problem(409, answer.reason);
    return { status: 200, body: answer };
  },
});

export const postTakeOver = defineRoute({
  method: 'post',
  path: '/api/v1/incidents/{id}/take-over',
  scope: 'operator',
  summary: 'Take an incident over: no step that has not begun is begun.',
  params: IncidentParams,
  body: TakeOverBody,
  responses: { 202: { says: 'The run is told, durably.', schema: TakeOverReply } },
  problems: [404, 409],
  handle: async ({ ledger, runs, limits, now }, { params, caller }) => {
    const { id } = await findIncident(ledger, params.id);
    await runs.takeOver(id, caller.name, now() + limits.doorDeadlineMs).catch(runProblem(id));
    return {
      status: 202,
      body: { accepted: true, says: `${id} is yours: no further step begins. What has begun is seen through and reported.` },
    };
  },
});

export const postRelease = defineRoute({
  method: 'post',
  path: '/api/v1/incidents/{id}/release',
  scope: 'operator',
  summary: 'Let go of what a run that is no more still holds: its target, and what fails together with it.',
  description: 'For a run that was terminated. One that goes on, or may, keeps what it has.',
  params: IncidentParams,
  body: ReleaseBody,
  responses: { 200: { says: 'Others may act there again.', schema: TakeOverReply } },
  problems: [404, 409],
  handle: async ({ ledger, runs, limits, now }, { params, body, caller }) => {
    const { id } = await findIncident(ledger, params.id);
    const open = await runs.isOpen(id, now() + limits.doorDeadlineMs).catch(runProblem(id));
    if (open) throw new Problem(409, `The run of ${id} goes on: take it over, or wait for its end.`);
    await ledger.releaseTarget(id, true);
    const says = `released by ${caller.name}: ${body.reason}`;
    await ledger.record({ incident: id, phase: 'outcome', state: 'info', says, data: { releasedBy: caller.name } });
    return { status: 200, body: { accepted: true, says: `${id} holds nothing any more. What it has done is as it was.` } };
  },
});

/** The same key with the same decision is the same request; a different decision is another one. */
function approvalRequestId(incident: string, caller: Caller, body: ApprovalBody, key: string | undefined): string {
  if (key === undefined || key === '') return boundRequestId(sha256, randomUUID(), body);
  if (key.length > 200) throw new Problem(400, 'Idempotency-Key is longer than 200 characters.');
  return boundRequestId(
    sha256,
    sha256(JSON.stringify([incident, caller.name, body.decision, body.planHash, key])).slice(0, 32),
    body,
  );
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const runProblem =
  (id: string) =>
  (error: unknown): never => {
    if (!(error instanceof RunError)) throw error;
    if (error.fault === 'no-run') throw new Problem(409, `The run of ${id} has ended; there is nothing left to decide.`);
    if (error.fault === 'refused') throw new Problem(409, `The run refused it: ${error.message}`);
    if (error.fault === 'unanswered') {
      throw new Problem(
        503,
        'The run did not answer in time; it may still take it. Look at the timeline, or ask again with the same Idempotency-Key.',
        { retryAfter: 5 },
      );
    }
    throw away('Temporal');
  };
