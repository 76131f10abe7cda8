import { z } from 'zod';
import type { Person } from '../../../domain/incident.js';
import type { CallWith } from '../../contract/call.js';
import type { PagerDutyClient } from '../client.js';
import { getOnDuty } from '../rest.js';
import { pages } from './pages.js';

/** Policies of a team that are asked: a request each. */
const mostPolicies = 10;

/**
 * People on call now for a team, by any level of any of its escalation policies; the silent agent is nobody.
 * GET /escalation_policies with `team_ids[]` [M], then GET /oncalls of contracts 1.9.
 */
export async function teamOnCall(call: CallWith<PagerDutyClient>, team: string): Promise<Person[]> {
  const list = { path: '/escalation_policies', query: [['team_ids[]', team]] as const, items: 'escalation_policies' };
  const policies = await pages(call, { ...list, item: z.object({ id: z.string().min(1) }) }, 1);
  const people = new Map<string, Person>();
  for (const { id } of policies.slice(0, mostPolicies)) {
    for (const { person, ourselves } of await getOnDuty(call, id)) if (!ourselves) people.set(person.id, person);
  }
  return [...people.values()];
}
