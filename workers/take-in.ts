import type { Client } from '@temporalio/client';
import type { Delivery } from '../domain/delivery.js';
import { incidentId } from '../domain/incident-id.js';
import type { Ledger } from '../ledger/port.js';
import { incidentEvent, incidentWorkflowType } from '../workflows/messages.js';
import { durable, startOptions } from '../workflows/start-options.js';

export interface TakeInDeps {
  client: { workflow: Pick<Client['workflow'], 'start' | 'signalWithStart'> };
  ledger: Pick<Ledger, 'journal'>;
}

/**
 * Makes durable what was found by asking a source, then writes it down: the way in beside the door. `duplicate`: its run has ended, or,
 * for what reconciliation found, is there; nothing was begun. Rejects when Temporal or the ledger is away: take it in again then.
 */
export async function takeIn(
  { client, ledger }: TakeInDeps,
  source: string,
  delivery: Delivery,
  foundBy: string,
): Promise<'started' | 'duplicate'> {
  const { eventId, eventType, kind } = delivery;
  const options = startOptions(delivery);
  const answer = await durable(
    kind === 'triggered' || kind === 'reconcile'
      ? client.workflow.start(incidentWorkflowType, options)
      : client.workflow.signalWithStart(incidentWorkflowType, { ...options, signal: incidentEvent, signalArgs: [delivery] }),
  );
  const result = answer === 'durable' ? 'started' : 'duplicate';
  // What is not missing is no news.
  if (result === 'duplicate' && kind === 'reconcile') return result;
  const says = result === 'duplicate' ? 'the run of this incident has ended; nothing was started' : foundBy;
  await ledger.journal({ source, eventId, eventType, incident: incidentId(delivery.ref), result, says });
  return result;
}
