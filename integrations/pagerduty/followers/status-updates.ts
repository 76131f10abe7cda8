import type { LedgerRecord } from '../../../domain/record.js';
import type { FollowerDefinition } from '../../contract/follower.js';
import type { PagerDutyClient } from '../client.js';
import { getStatusUpdates, postStatusUpdate } from '../rest.js';

/** An effect began. A run that takes several steps tells it once. */
const tells = ({ phase, state, once }: LedgerRecord): boolean =>
  phase === 'execute' && state === 'info' && once?.endsWith('.started') === true;

/**
 * Tells the subscribers of a high-urgency incident that its remediation began: once per incident, found again by its marker in the
 * incident's log. Off unless PAGERDUTY_STATUS_UPDATES is `true`.
 */
export const pagerDutyStatusUpdates: FollowerDefinition<PagerDutyClient> = {
  id: 'pagerduty.status-updates',
  summary: 'A status update to the subscribers of a high-urgency PagerDuty incident when its remediation begins.',
  permissions: ['incidents.read', 'incidents.write'],
  batch: 20,
  wants: tells,
  deliver: async (call, lines, reads) => {
    if (!call.client.statusUpdates) return;
    for (const incident of new Set(lines.filter(tells).map((line) => line.incident))) {
      const about = (await reads.decision(incident))?.incident;
      if (!about || about.ref.source !== 'pagerduty' || about.urgency !== 'high') continue;
      const mark = `[opssentinel ${incident} status]`;
      const sent = await getStatusUpdates(call, about.ref.externalId);
      if (sent.some((message) => message.includes(mark))) continue;
      const message = `OpsSentinel began to remediate this incident. What it does and what comes of it: ${reads.link(incident)} ${mark}`;
      await postStatusUpdate(call, about.ref.externalId, message);
    }
  },
};
