import type { Alert, Witness } from '../../../domain/alert.js';
import { clock } from '../../../domain/words.js';
import type { CallWith } from '../../contract/call.js';
import type { WitnessDefinition } from '../../contract/check.js';
import { isFinal, VendorError } from '../../contract/errors.js';
import { type GettableAlert, publicLabels, suppressedBy } from '../../wire/alertmanager/api.js';
import type { GrafanaClient } from '../client.js';
import { finderOf } from '../origin.js';
import { getAlerts, getInstances, getSilences, type Instance, ourName } from '../rest.js';

type Seen = Omit<Witness, 'by' | 'readAt'>;

const by = 'grafana.alert';
const unknown = (says: string): Seen => ({ state: 'unknown', says });

/**
 * Reads the alert at Grafana: firing is what its Alertmanager holds and nobody silenced; clear is only what the rule itself
 * evaluated as plain `Normal`. An alert is dropped as well when its series or its data source is gone, and that is no recovery.
 */
export const grafanaAlertWitness: WitnessDefinition<GrafanaClient> = {
  id: by,
  permissions: ['alert.instances:read', 'alert.rules:read', 'alert.silences:read'],
  covers: (alert) => finderOf(alert) !== undefined,
  read: async (call, alert) => {
    const readAt = new Date(call.now()).toISOString();
    try {
      return { by, readAt, ...(await look(call, alert)) };
    } catch (error) {
      // Asking again would not mend it, and "cannot tell" is an answer: an unattended effect needs a confirmation.
      if (error instanceof VendorError && isFinal(error.fault)) return { by, readAt, ...unknown(error.message) };
      throw error;
    }
  },
};

async function look(call: CallWith<GrafanaClient>, alert: Alert): Promise<Seen> {
  const isIt = finderOf(alert);
  if (!isIt) return unknown('the alert names no alert of Grafana');
  const found = await onlyFiring(call, alert, isIt);
  if (found === 'several') return unknown('Grafana has several alerts that could be meant');
  if (found) return firing(call, found);
  const instances = (await getInstances(call)).filter(({ labels }) => isIt(labels));
  const [only] = instances;
  if (!only) return unknown('Grafana holds no such alert, and its rules no such series any more');
  return instances.length > 1 ? unknown('Grafana has several series that could be meant') : evaluated(only);
}

async function onlyFiring(
  call: CallWith<GrafanaClient>,
  { origin }: Alert,
  isIt: (labels: Readonly<Record<string, string>>) => boolean,
): Promise<GettableAlert | 'several' | undefined> {
  const found = (await getAlerts(call)).filter(({ fingerprint, labels }) => fingerprint === origin?.id || isIt(labels));
  return found.length > 1 ? 'several' : found[0];
}

async function firing(call: CallWith<GrafanaClient>, alert: GettableAlert): Promise<Seen> {
  const silenced = alert.status.silencedBy.length > 0;
  const ours = silenced ? (await getSilences(call)).filter(({ createdBy }) => createdBy === ourName) : [];
  const because = suppressedBy(alert, new Set(ours.map(({ id }) => id)));
  const since = new Date(alert.startsAt).toISOString();
  if (because) return { ...unknown(`Grafana: firing since ${clock(since)}, but ${because}`), since };
  return { state: 'firing', since, labels: publicLabels(alert.labels), says: `Grafana: firing since ${clock(since)}` };
}

/** `Normal (NoData)`, `Normal (Error)`, `Normal (MissingSeries)` and `Normal (Paused)` mean that nobody looked. */
function evaluated({ state, activeAt }: Instance): Seen {
  const since = activeAt && Number.isFinite(Date.parse(activeAt)) ? new Date(activeAt).toISOString() : undefined;
  if (state !== 'Normal') return unknown(`Grafana: the alert is gone, but its rule says ${state.slice(0, 100)}`);
  return { state: 'clear', ...(since ? { since } : {}), says: `Grafana: Normal${since ? ` since ${clock(since)}` : ''}` };
}
