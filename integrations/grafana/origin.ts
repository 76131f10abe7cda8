import type { Alert } from '../../domain/alert.js';
import { fingerprintOf } from '../wire/alertmanager/fingerprint.js';

/** Kind of `origin` of a Grafana alert: its fingerprint; `rule:<uid>` where only the rule is known, and the labels beside it. */
export const origin = 'grafana.alert';

const fingerprint = /^[0-9a-f]{16}$/;
const ruleUid = /^rule:([A-Za-z0-9_-]{1,40})$/;

/** Label that Grafana keeps for itself: which rule an instance is of. */
export const ruleLabel = '__alert_rule_uid__';

type Labels = Readonly<Record<string, string>>;

/** Whether something with these labels (Grafana's own among them) is the alert that is looked for; `undefined`: it names none. */
export function finderOf({
  origin: from,
  labels: said,
}: Pick<Alert, 'origin' | 'labels'>): ((labels: Labels) => boolean) | undefined {
  if (from?.kind !== origin) return undefined;
  const { id } = from;
  if (fingerprint.test(id)) return (labels) => fingerprintOf(labels) === id;
  const uid = ruleUid.exec(id)?.[1];
  if (uid === undefined) return undefined;
  // What PagerDuty passed on has more beside the labels, so Grafana's must all be in it, and not the other way round.
  return (labels) =>
    labels[ruleLabel] === uid &&
    Object.entries(labels).every(([name, value]) => /^__.*__$/.test(name) || (Object.hasOwn(said, name) && said[name] === value));
}
