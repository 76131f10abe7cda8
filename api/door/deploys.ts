import type { Received } from '../../integrations/contract/source.js';
import { deployProblem } from '../deploy-notice.js';
import { fromLedger, writeDown, writtenDown, answered, type AcceptDeps, type Acceptance, type DoorAnswer } from './verdict.js';

type Told = Extract<Received, { kind: 'deploy' }>;

/** The beginning or the end of a deployment, durable in the ledger before the 2xx. */
export async function acceptDeploy(deps: AcceptDeps, at: Acceptance, { eventId, deploy }: Told): Promise<DoorAnswer> {
  const entry = { eventId, eventType: 'deploy' };
  const problem = deployProblem(deploy, deps.now());
  if (problem !== undefined) {
    deps.metrics.quarantined.inc({ source: at.source });
    return writeDown(deps, at, { ...entry, result: 'quarantined', says: `kept in quarantine: ${problem}` });
  }
  const says = `deployment ${deploy.id} of ${deploy.service} ${deploy.endedAt === undefined ? 'began' : 'ended'}: ${deploy.says}`;
  // Senders that have one id for both: the end is no repeat of the beginning.
  const key = `${at.source} ${eventId} ${deploy.endedAt ?? 'began'}`;
  const { event, repeats } = await deps.events.once(key, async () => {
    await fromLedger(deps, at, () => deps.ledger.putDeploy(at.source, deploy));
    return writtenDown(deps, at, {
      ...entry,
      eventId: `${eventId} ${deploy.endedAt === undefined ? 'began' : 'ended'}`,
      result: 'recorded',
      says,
    });
  });
  return answered(deps, at, repeats === 0 ? event.result : 'duplicate', { says: event.says });
}
