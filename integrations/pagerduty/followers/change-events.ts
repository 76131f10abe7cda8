import type { LedgerRecord } from '../../../domain/record.js';
import { type Plan, planIn } from '../../../domain/plan.js';
import type { FollowerDefinition, FollowerReads } from '../../contract/follower.js';
import type { PagerDutyClient } from '../client.js';
import type { ChangeEvent } from '../events-v2.js';
import { ownChanges } from '../reads/changes.js';

/** Something was changed, or put back: it ended well, or it began. */
const tells = ({ phase, state, once = '' }: LedgerRecord): boolean =>
  (phase === 'execute' || phase === 'undo') && ((state === 'ok' && once.endsWith('.ended')) || began({ state, once }));

const began = ({ state, once = '' }: Pick<LedgerRecord, 'state' | 'once'>): boolean =>
  state === 'info' && once.endsWith('.started');

/**
 * What we changed, on the service's timeline beside everybody's deployments. The Events API takes no key for a change event, so what is
 * there already is read before anything is sent (marked by the line's number). Off without PAGERDUTY_CHANGE_ROUTING_KEY.
 */
export const pagerDutyChangeEvents: FollowerDefinition<PagerDutyClient> = {
  id: 'pagerduty.change-events',
  summary: 'What was changed, as a change event on the timeline of a PagerDuty service.',
  permissions: ['change_events.read'],
  batch: 20,
  wants: tells,
  deliver: async (call, lines, reads) => {
    const [first] = lines;
    if (!first || !call.client.changeEvents) return;
    const sent = await ownChanges(call, first.at);
    for (const line of lines.filter(tells)) {
      const plan = planIn(await reads.decision(line.incident));
      // Where an action has an end to wait for, its beginning is not told.
      const waits = plan?.steps.find(({ action }) => action === line.data?.['operation'])?.waits ?? true;
      if ((began(line) && waits) || sent.has(markOf(line))) continue;
      await call.client.change(call, eventOf(line, plan, reads));
    }
  },
};

const markOf = ({ incident, seq }: LedgerRecord): string => `${incident} ${seq}`;

function eventOf(line: LedgerRecord, plan: Plan | undefined, reads: FollowerReads): ChangeEvent {
  const target = plan ? ` on ${plan.target.name}` : '';
  return {
    summary: `OpsSentinel ${line.phase === 'undo' ? 'put back' : 'acted'}${target}: ${line.says}`,
    at: line.at,
    details: {
      mark: markOf(line),
      incident: line.incident,
      ...(plan ? { rule: plan.rule.name, target: plan.target.id } : {}),
    },
    link: { href: reads.link(line.incident), text: `OpsSentinel ${line.incident}` },
  };
}
