import type { LedgerRecord } from '../../../domain/record.js';
import type { FollowerDefinition } from '../../contract/follower.js';
import type { PagerDutyClient } from '../client.js';

const tells = ({ phase, data }: LedgerRecord): boolean => phase === 'outcome' && data?.['kind'] === 'remediated';

/** A page that was sent by this channel: `paged by pagerduty, because …`. */
const paged = ({ once, says }: LedgerRecord): boolean =>
  once?.startsWith('woken.') === true && says.startsWith('paged by pagerduty');

/**
 * Resolves the page of our own once the incident is remediated after all, with the key that it was sent by. Idempotent: a resolve
 * of what is resolved, or was never there, is accepted and does nothing (contracts 1.8).
 */
export const pagerDutyPages: FollowerDefinition<PagerDutyClient> = {
  id: 'pagerduty.pages',
  summary: 'Resolves our own page, sent by the Events API, when the incident was remediated after it.',
  permissions: [],
  wants: tells,
  deliver: async (call, lines, reads) => {
    // Without the routing key it was not we who paged: nothing waits for it.
    if (!call.client.pages) return;
    for (const { incident } of lines.filter(tells))
      if ((await reads.timeline(incident)).some(paged))
        await call.client.enqueue(call, { action: 'resolve', dedupKey: `opssentinel/${incident}` });
  },
};
