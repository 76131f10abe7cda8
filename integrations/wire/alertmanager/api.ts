import { z } from 'zod';
import { fingerprint } from './webhook.js';

const time = z.string().refine((text) => Number.isFinite(Date.parse(text)), 'is not a time');
const texts = z.record(z.string(), z.string());
/** Newer servers tell of mute timings too; older ones leave the list out. */
const ids = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

/** `gettableAlert` of Alertmanager's API v2 (api/v2/openapi.yaml), as far as it is used. Grafana's Alertmanager answers with the same. */
export const gettableAlert = z.object({
  fingerprint,
  labels: texts,
  annotations: texts.nullish(),
  startsAt: time,
  generatorURL: z.string().nullish(),
  status: z.object({
    state: z.enum(['unprocessed', 'active', 'suppressed']),
    silencedBy: ids,
    inhibitedBy: ids,
    mutedBy: ids,
  }),
});
export type GettableAlert = z.infer<typeof gettableAlert>;

/** The list holds nothing that is resolved. Silenced and inhibited ones are asked for by name: they fire as well. */
export const everyAlert = [
  ['active', 'true'],
  ['silenced', 'true'],
  ['inhibited', 'true'],
] as const;

export const gettableSilence = z.object({
  id: z.string().min(1),
  status: z.object({ state: z.enum(['expired', 'active', 'pending']) }),
  createdBy: z.string().nullish(),
  comment: z.string().nullish(),
});
export type GettableSilence = z.infer<typeof gettableSilence>;

/** Names that servers keep for themselves (`__alert_rule_uid__`): never shown, never matched by rules. */
export const publicLabels = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !/^__.*__$/.test(name)));

/** Why people or their configuration keep this alert quiet; `undefined`: nobody does. `ours`: silences that count as nobody's. */
export function suppressedBy({ status }: GettableAlert, ours: ReadonlySet<string>): string | undefined {
  if (status.state !== 'suppressed') return undefined;
  const silences = status.silencedBy.filter((id) => !ours.has(id));
  if (silences.length > 0) return `silenced by people (${silences.slice(0, 3).join(', ')})`;
  if (status.inhibitedBy.length > 0) return 'inhibited by another alert';
  if (status.mutedBy.length > 0) return `muted by ${status.mutedBy.slice(0, 3).join(', ')}`;
  // Suppressed, and nothing that we know of but our own silence.
  return status.silencedBy.length > 0 ? undefined : 'suppressed, without a reason that is known';
}
