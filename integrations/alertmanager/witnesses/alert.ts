import type { Witness } from '../../../domain/alert.js';
import { clock } from '../../../domain/words.js';
import type { CallWith } from '../../contract/call.js';
import type { WitnessDefinition } from '../../contract/check.js';
import { isFinal, VendorError } from '../../contract/errors.js';
import { type GettableAlert, publicLabels, suppressedBy } from '../../wire/alertmanager/api.js';
import type { AlertmanagerClient } from '../client.js';

type Seen = Omit<Witness, 'by' | 'readAt'>;

const by = 'alertmanager.alert';
const unknown = (says: string): Seen => ({ state: 'unknown', says });

/** It forgets every alert when it restarts; Prometheus sends them again within a minute or so. Milliseconds. */
const forgetfulMs = 5 * 60_000;

/** Reads the alert at Alertmanager. It holds only what fires, so absence is clear, unless it was started a moment ago. */
export const alertmanagerAlertWitness: WitnessDefinition<AlertmanagerClient> = {
  id: by,
  permissions: ['GET /api/v2/alerts', 'GET /api/v2/status'],
  covers: ({ origin }) => origin?.kind === by,
  read: async (call, { origin }) => {
    const readAt = new Date(call.now()).toISOString();
    try {
      const alert = (await call.client.alerts(call)).find(({ fingerprint }) => fingerprint === origin?.id);
      return { by, readAt, ...(alert ? firing(alert) : await gone(call)) };
    } catch (error) {
      if (error instanceof VendorError && isFinal(error.fault)) return { by, readAt, ...unknown(error.message) };
      throw error;
    }
  },
};

/** What people silenced fires all the same, and is nothing to act on. */
function firing(alert: GettableAlert): Seen {
  const since = new Date(alert.startsAt).toISOString();
  const says = `Alertmanager: firing since ${clock(since)}`;
  const because = suppressedBy(alert, new Set());
  if (because) return { ...unknown(`${says}, but ${because}`), since };
  return { state: 'firing', since, labels: publicLabels(alert.labels), says };
}

async function gone(call: CallWith<AlertmanagerClient>): Promise<Seen> {
  const startedAt = await call.client.startedAt(call);
  if (call.now() - startedAt < forgetfulMs)
    return unknown('Alertmanager was started less than 5 minutes ago and may not have heard of it yet');
  return { state: 'clear', says: 'Alertmanager: not firing any more' };
}
