import { z } from 'zod';
import { closedCalendars } from '../closed-calendars.js';
import { notFound, Problem } from '../problem.js';
import { defineRoute } from '../route.js';
import { HoldBody, HoldList, HoldReleased, HoldView } from '../shapes.js';
import { type Caller, covers } from '../tokens.js';

export const listHolds = defineRoute({
  method: 'get',
  path: '/api/v1/holds',
  scope: 'viewer',
  summary: 'Everything that says no at the moment.',
  responses: { 200: { says: 'The holds.', schema: HoldList } },
  handle: async ({ ledger, rules, now }) => ({
    status: 200,
    body: {
      holds: [...(await ledger.holds()), ...rules.freezes(now())],
      closed: await closedCalendars(ledger),
    },
  }),
});

export const postHold = defineRoute({
  method: 'post',
  path: '/api/v1/holds',
  scope: 'operator',
  summary: 'Stop: nothing in this scope begins while the hold stands.',
  description: 'Answers when it is committed; every effect asks for it at its last moment.',
  body: HoldBody,
  responses: { 201: { says: 'It stands.', schema: HoldView } },
  handle: async ({ ledger, now }, { body, caller }) => {
    const { until, ...hold } = body;
    if (until !== undefined && Date.parse(until) <= now())
      throw new Problem(400, '`until` lies in the past.', { errors: [{ pointer: '#/until', detail: 'write a time to come' }] });
    const placed = await ledger.placeHold({ ...hold, owner: caller.name, ...(until === undefined ? {} : { until }) });
    return { status: 201, body: placed };
  },
});

const liftedWords = {
  lifted: (scope: string) => `The hold on ${scope} is lifted.`,
  'one more': (_scope: string, id: string, { name, scope }: Caller) =>
    `NOT LIFTED YET. It stops everything: a second person${covers(scope, 'admin') ? '' : ' with scope admin'} has to lift it too, within an hour (${name} was the first): opssentinel resume ${id}`,
} as const;

export const deleteHold = defineRoute({
  method: 'delete',
  path: '/api/v1/holds/{id}',
  scope: 'operator',
  summary: 'Resume: lift a hold. One with scope `all` takes two people, one of them an admin.',
  params: z.strictObject({ id: z.string().regex(/^[A-Za-z0-9._:-]{1,100}$/, 'write the id that GET /api/v1/holds shows') }),
  responses: { 200: { says: 'It is lifted.', schema: HoldReleased } },
  problems: [404],
  handle: async ({ ledger }, { params, caller }) => {
    const hold = (await ledger.holds()).find((one) => one.id === params.id);
    if (hold === undefined) throw notFound(`hold ${params.id} that stands`);
    const answer = await ledger.liftHold(params.id, { by: caller.name, admin: covers(caller.scope, 'admin') });
    if (answer === 'no such hold') throw notFound(`hold ${params.id} that stands`);
    if (answer === 'no admin')
      throw new Problem(
        403,
        `This hold stops everything: one of the two people who lift it needs a token with scope admin; ${caller.name} has ${caller.scope}, and so had the first.`,
      );
    return {
      status: 200,
      body: { released: answer === 'lifted', says: liftedWords[answer](hold.scope, params.id, caller) },
    };
  },
});
