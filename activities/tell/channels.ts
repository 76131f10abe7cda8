import type { Incident } from '../../domain/incident.js';
import type { JsonObject } from '../../domain/json.js';
import { paceOf } from '../../decide/profiles.js';
import type { AnyChannel } from '../../integrations/contract/registry.js';
import type { ActivityDeps } from '../deps.js';
import { callFor } from '../shell.js';
import { isOtherLife } from '../../domain/incident.js';
import { nowhere } from '../place.js';
import { readIncident } from '../situation/read.js';
import { witnessOf } from '../situation/witness.js';
import type { About } from '../types.js';

const serving = (deps: ActivityDeps, about: About): AnyChannel[] =>
  deps.registry.channels.filter((channel) => channel.serves(about.ref));

const callOf = (deps: ActivityDeps, about: About) => callFor(about.incident, nowhere, paceOf(deps.rules()), deps.now);

/** Posts or edits what stands under this phase's marker, on every channel that serves the incident. */
export async function note(deps: ActivityDeps, about: About, phase: string, text: string): Promise<string[]> {
  const told: string[] = [];
  for (const channel of serving(deps, about)) {
    const marker = `opssentinel ${about.incident} ${phase}`;
    await channel.note(channel.with(callOf(deps, about)), { ref: about.ref, marker, text });
    told.push(`${channel.id} note`);
  }
  return told;
}

/**
 * Resolves where it is still open. Never re-opens, never decides: the caller knows that the rule wants it and that it was verified.
 * Telling may come hours late, so it is looked at again: what fires again, or lives again, is left open. `byAlert`: whether the alert counts.
 */
export async function resolve(deps: ActivityDeps, about: About, byAlert: boolean): Promise<string[]> {
  const told: string[] = [];
  const { incident, alert } = await readIncident(deps, about);
  if (isOtherLife(incident, about.ref)) return ['not resolved: it was reopened since'];
  const { witness } = await witnessOf(deps, about, incident, alert, paceOf(deps.rules()));
  if (byAlert && incident.status !== 'resolved' && witness.by !== incident.ref.source && witness.state === 'firing')
    return [`not resolved: ${witness.says}`];
  for (const channel of serving(deps, about)) {
    if (!channel.resolve) continue;
    const was = await channel.resolve(channel.with(callOf(deps, about)), about.ref);
    told.push(was === 'resolved' ? `${channel.id} incident resolved` : `${channel.id} incident was resolved already`);
  }
  // What people list shows the incident as its source has it now.
  if (told.length > 0) await deps.ledger.putIncident({ id: about.incident, status: 'resolved' });
  return told;
}

/**
 * Hands the incident to the people on call. By escalating this incident; only if that fails, by a page of its own.
 * Once per phase: a repeat of the activity must not wake anybody twice.
 */
export async function wake(deps: ActivityDeps, about: About, phase: 'approval' | 'report', summary: string): Promise<string[]> {
  const once = `woken.${phase}`;
  if (await wokenBefore(deps, about, once)) return [];
  const woken = await escalateOrPage(deps, about, summary);
  await deps.ledger.record({ incident: about.incident, phase, state: 'info', says: woken, once, data: { summary } });
  return [woken];
}

/** People do not wait for the ledger: without it they are woken again, which the channels take for what it is. */
const wokenBefore = (deps: ActivityDeps, about: About, once: string): Promise<boolean> =>
  deps.ledger.timeline(about.incident).then(
    (lines) => lines.some((line) => line.once === once),
    () => false,
  );

async function escalateOrPage(deps: ActivityDeps, about: About, summary: string): Promise<string> {
  const failures: string[] = [];
  for (const channel of serving(deps, about)) {
    try {
      if (!channel.escalate) continue;
      const incident = await openIncident(deps, about);
      if (!incident) return 'not escalated: the incident is resolved';
      await channel.escalate(channel.with(callOf(deps, about)), incident);
      return 'escalated to the people on call';
    } catch (error) {
      // Whatever it was, our own mistakes included: there is another way to wake people.
      failures.push(wordsOf(error));
    }
  }
  return page(deps, about, summary, failures);
}

async function openIncident(deps: ActivityDeps, about: About): Promise<Incident | undefined> {
  const { incident } = await readIncident(deps, about);
  return incident.status === 'resolved' ? undefined : incident;
}

async function page(deps: ActivityDeps, about: About, summary: string, failures: string[]): Promise<string> {
  const details: Record<string, string> & JsonObject = {
    incident: about.incident,
    escalation: failures.join('; ') || 'not possible',
  };
  for (const channel of deps.registry.channels) {
    if (!channel.page) continue;
    try {
      await channel.page(channel.with(callOf(deps, about)), { dedupKey: `opssentinel/${about.incident}`, summary, details });
      return `paged by ${channel.id}, because escalating failed (${failures.join('; ')})`;
    } catch (error) {
      failures.push(wordsOf(error));
    }
  }
  // A plain error: whatever the last way said, the others may work the next time.
  throw new Error(`Nobody could be woken: ${failures.join('; ') || 'no channel serves this incident'}`);
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : 'no reason given');
