import type { Received } from '../../integrations/contract/source.js';
import { Problem } from '../problem.js';
import { acceptApproval } from './approvals.js';
import { acceptAll, acceptDelivery } from './deliveries.js';
import { acceptDeploy } from './deploys.js';
import { answered, writeDown, type AcceptDeps, type Acceptance, type DoorAnswer } from './verdict.js';

export type Accept = (received: Received, at: Acceptance) => Promise<DoorAnswer>;

/** The table of verdicts: what the source made of a webhook, to its answer. Throws Problem. */
export function createAccept(deps: AcceptDeps): Accept {
  return async (received, at) => {
    switch (received.kind) {
      case 'refused':
        deps.metrics.deliveries.inc({ source: at.source, result: 'refused' });
        throw new Problem(received.status, received.because);
      case 'later':
        throw new Problem(503, received.because, { retryAfter: 30 });
      case 'quarantined': {
        deps.metrics.quarantined.inc({ source: at.source });
        const says = `kept in quarantine: ${received.because}`;
        return writeDown(deps, at, { eventId: `body:${at.bodyHash}`, eventType: 'unreadable', result: 'quarantined', says });
      }
      case 'ping':
        deps.journal.later({
          source: at.source,
          eventId: received.eventId,
          eventType: 'ping',
          result: 'ping',
          says: 'the sender tried whether we are here',
        });
        return answered(deps, at, 'ping', { says: 'We are here.' }, 200);
      case 'recorded': {
        const incident = received.incident === undefined ? {} : { incident: received.incident };
        return writeDown(deps, at, {
          eventId: received.eventId,
          eventType: received.eventType,
          ...incident,
          result: 'recorded',
          says: received.because,
        });
      }
      case 'delivery':
        return acceptDelivery(deps, at, received.delivery);
      case 'deliveries':
        return acceptAll(deps, at, received.deliveries);
      case 'approval':
        return acceptApproval(deps, at, received);
      case 'deploy':
        return acceptDeploy(deps, at, received);
    }
  };
}
