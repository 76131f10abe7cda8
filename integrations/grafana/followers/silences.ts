import type { Alert } from '../../../domain/alert.js';
import { planIn } from '../../../domain/plan.js';
import type { LedgerRecord } from '../../../domain/record.js';
import type { CallWith } from '../../contract/call.js';
import type { FollowerDefinition, FollowerReads } from '../../contract/follower.js';
import type { GrafanaClient } from '../client.js';
import { finderOf } from '../origin.js';
import { deleteSilence, getAlerts, getSilences, ourName, postSilence } from '../rest.js';
import { toldBy } from './lines.js';

/** A silence that nobody takes back ends by itself. Milliseconds. */
const longestMs = 15 * 60_000;

const incidentMarker = (incident: string): string => `opssentinel ${incident} `;
const stepMarker = (incident: string, key: string): string => `${incidentMarker(incident)}step:${key}`;

/**
 * Silences an alert of Grafana while it is acted on, where GRAFANA_SILENCE says so and its rule does not forbid it: exactly its labels, at most 15 minutes,
 * taken back when the outcome is told. Grafana sends no "resolved" of an alert that is silenced when it ends.
 */
export const grafanaSilences: FollowerDefinition<GrafanaClient> = {
  id: 'grafana.silences',
  summary: 'Silences the Grafana alert that is being acted on, for at most 15 minutes.',
  permissions: ['alert.silences:create', 'alert.silences:write', 'alert.silences:read', 'alert.instances:read'],
  wants: (line) => ['began', 'outcome'].includes(toldBy(line)?.kind ?? ''),
  deliver: async (call, lines, reads) => {
    if (!call.client.silence) return;
    for (const line of lines) {
      const told = toldBy(line);
      if (told?.kind === 'began') await silence(call, line, told.key, reads);
      if (told?.kind === 'outcome') await takeBack(call, line.incident);
    }
  },
};

async function silence(call: CallWith<GrafanaClient>, line: LedgerRecord, key: string, reads: FollowerReads): Promise<void> {
  const until = Date.parse(line.at) + longestMs;
  // Told late: what is over, or nearly, must not be silenced any more.
  if (call.now() >= until || (await hasEnded(line, reads))) return;
  const decision = await reads.decision(line.incident);
  if (planIn(decision)?.report.grafana?.silence === false) return;
  const alert = decision?.alert;
  const labels = alert && (await labelsAt(call, alert));
  if (!labels) return;
  const marker = stepMarker(line.incident, key);
  // Expired ones count as well: what was taken back is not made again.
  if ((await getSilences(call)).some((one) => one.createdBy === ourName && one.comment?.endsWith(marker))) return;
  const comment = `OpsSentinel acts on this alert: ${reads.link(line.incident)}. ${marker}`;
  await postSilence(call, { labels, from: call.now(), to: until, comment });
}

const hasEnded = async ({ incident }: LedgerRecord, reads: FollowerReads): Promise<boolean> =>
  (await reads.timeline(incident)).some(({ phase }) => phase === 'outcome');

/** All labels as Grafana has them now, the rule's UID among them: a silence without it could hold for another rule's alert. */
async function labelsAt(call: CallWith<GrafanaClient>, alert: Alert): Promise<Record<string, string> | undefined> {
  const isIt = finderOf(alert);
  if (!isIt) return undefined;
  const found = (await getAlerts(call)).filter(({ fingerprint, labels }) => fingerprint === alert.origin?.id || isIt(labels));
  return found.length === 1 ? found[0]?.labels : undefined;
}

async function takeBack(call: CallWith<GrafanaClient>, incident: string): Promise<void> {
  const ours = (await getSilences(call)).filter(
    ({ createdBy, comment, status }) =>
      createdBy === ourName && status.state !== 'expired' && comment?.includes(`. ${incidentMarker(incident)}`),
  );
  for (const { id } of ours) await deleteSilence(call, id);
}
