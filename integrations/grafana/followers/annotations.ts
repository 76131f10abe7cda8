import { planIn } from '../../../domain/plan.js';
import type { LedgerRecord } from '../../../domain/record.js';
import type { CallWith } from '../../contract/call.js';
import type { FollowerDefinition, FollowerReads } from '../../contract/follower.js';
import type { GrafanaClient } from '../client.js';
import { type Annotation, getAnnotations, patchAnnotation, postAnnotation } from '../rest.js';
import { toldBy } from './lines.js';

/** Grafana keeps a tag `name:value` in two columns of 100 characters. */
const longestTag = 100;
const incidentTag = (incident: string): string => `incident:${incident.slice(0, longestTag)}`;
const stepTag = (key: string): string => `step:${key}`;
const ourTag = 'opssentinel';
const longestText = 2_000;

/**
 * Draws each effect on Grafana's dashboards: from its start until it was verified, or the incident ended.
 * Annotations carry no key of the caller's: each is looked for by its tags before it is made (contracts 3.2).
 */
export const grafanaAnnotations: FollowerDefinition<GrafanaClient> = {
  id: 'grafana.annotations',
  summary: 'Draws effects as annotations on Grafana dashboards.',
  permissions: ['annotations:create', 'annotations:write', 'annotations:read'],
  wants: (line) => toldBy(line) !== undefined,
  deliver: async (call, lines, reads) => {
    for (const line of lines) await draw(call, line, reads);
  },
};

async function draw(call: CallWith<GrafanaClient>, line: LedgerRecord, reads: FollowerReads): Promise<void> {
  const told = toldBy(line);
  if (!told) return;
  const at = Date.parse(line.at);
  const ours = [ourTag, incidentTag(line.incident)];
  if (told.kind === 'outcome') {
    for (const open of (await getAnnotations(call, ours)).filter(isOpen)) await close(call, open, at, line.says);
    return;
  }
  const tags = [...ours, stepTag(told.key)];
  const [drawn] = await getAnnotations(call, tags);
  if (!drawn) {
    // What was never drawn begins with its effect; an end alone (our line was skipped, or the rule wants none) draws nothing.
    if (told.kind === 'began' && (await isWanted(line, reads)))
      await postAnnotation(call, { time: at, tags, text: textOf(`OpsSentinel: ${line.says}`, reads.link(line.incident)) });
    return;
  }
  if (told.kind === 'verified') await close(call, drawn, at, line.says);
  else if (told.kind === 'ended' && !saysAlready(drawn, line.says)) await extend(call, drawn, at, line.says);
}

/** Unless its rule says `report.grafana.annotate: false`. */
const isWanted = async ({ incident }: LedgerRecord, reads: FollowerReads): Promise<boolean> =>
  planIn(await reads.decision(incident))?.report.grafana?.annotate !== false;

/** Grafana answers a point with `timeEnd` equal to `time`, older servers with 0. */
const isOpen = ({ time, timeEnd }: Annotation): boolean => !timeEnd || timeEnd <= time;

/** Told again after a crash, it changes nothing. */
async function close(call: CallWith<GrafanaClient>, drawn: Annotation, at: number, says: string): Promise<void> {
  if (saysAlready(drawn, says) && !isOpen(drawn)) return;
  await extend(call, drawn, at, says);
}

const extend = (call: CallWith<GrafanaClient>, { id, time, text }: Annotation, at: number, says: string): Promise<unknown> =>
  patchAnnotation(call, id, { timeEnd: Math.max(at, time + 1), text: textOf(text ?? '', says) });

const saysAlready = ({ text }: Annotation, says: string): boolean => (text ?? '').includes(asShown(says));

const textOf = (...lines: string[]): string => lines.filter(Boolean).map(asShown).join('\n').slice(0, longestText);

/** Grafana shows an annotation's text as HTML. */
const asShown = (text: string): string => text.replace(/</g, '&lt;').replace(/>/g, '&gt;');
