import type { Json } from '../../../domain/json.js';
import type { BodyReader } from '../../contract/source.js';
import { origin } from '../origin.js';

/** Where Grafana's default template names the rule: grafana/alerting templates, `__text_alert_list`. */
const ruleInSource = /^Source: https?:\/\/\S+\/alerting\/grafana\/([A-Za-z0-9_-]{1,40})\/view(?:[?#]\S*)?$/;
const label = /^ - ([A-Za-z_][A-Za-z0-9_]*) = (.*)$/;
const longestText = 100_000;

/**
 * What Grafana's own PagerDuty contact point puts into the details: `num_firing`, and `firing` as a text of its default template.
 * Only a single alert names labels and a rule, and only where the text has exactly the template's form: everything else could be anybody's.
 * Which alert it is, the witness finds out at Grafana.
 */
export const readGrafanaDetails: BodyReader = (details) => {
  const text = firingText(details);
  if (text === undefined) return undefined;
  const lines = text.split('\n').map((line) => line.trimEnd());
  const rules = lines.flatMap((line) => ruleInSource.exec(line)?.[1] ?? []);
  const [rule] = rules;
  if (rule === undefined) return undefined;
  const labels = rules.length === 1 && isOne(details) ? labelsIn(lines) : undefined;
  if (!labels) return { source: 'grafana' };
  const { alertname, severity } = labels;
  return {
    source: 'grafana',
    ...(alertname ? { name: alertname } : {}),
    ...(severity ? { severity } : {}),
    labels,
    origin: { kind: origin, id: `rule:${rule}` },
  };
};

function firingText(details: Json): string | undefined {
  if (details === null || typeof details !== 'object' || Array.isArray(details)) return undefined;
  const { firing, num_firing: count } = details;
  return typeof firing === 'string' && count !== undefined && firing.length <= longestText ? firing : undefined;
}

const isOne = (details: Json): boolean => ['1', 1].includes((details as { num_firing?: string | number }).num_firing ?? '');

/** The lines between `Labels:` and `Annotations:`, each of them there once. A value with a line break of its own has another form. */
function labelsIn(lines: readonly string[]): Record<string, string> | undefined {
  const from = lines.indexOf('Labels:');
  const to = lines.indexOf('Annotations:');
  if (from < 0 || to < from || lines.lastIndexOf('Labels:') !== from || lines.lastIndexOf('Annotations:') !== to)
    return undefined;
  const pairs = lines.slice(from + 1, to).map((line) => label.exec(line));
  const found = new Map(pairs.flatMap((pair) => (pair ? [[pair[1] ?? '', pair[2] ?? ''] as const] : [])));
  if (found.size === 0 || found.size !== pairs.length) return undefined;
  return Object.fromEntries(found);
}
