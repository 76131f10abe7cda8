import { z } from 'zod';
import type { Alert } from '../../domain/alert.js';
import type { Incident, IncidentRef } from '../../domain/incident.js';
import type { Json, JsonObject } from '../../domain/json.js';
import type { Registry } from '../../integrations/contract/registry.js';
import type { BodyFacts } from '../../integrations/contract/source.js';
import type { LoadedCase } from '../../rules/language/case-set.js';
import type { Policy } from '../../rules/language/policy.js';

export interface Told {
  incident: Incident;
  alert: Alert;
}

type Readers = Pick<Registry, 'sources' | 'bodies'>;

/** What a source has read of an incident. Without `source` it is PagerDuty's, from whose incidents rules are usually written. */
const reading = z.looseObject({
  source: z.string().default('pagerduty'),
  externalId: z.string().optional(),
  generation: z.string().default('0'),
  incident: z.record(z.string(), z.json()),
  alerts: z.array(z.record(z.string(), z.json())).default([]),
});

/** What was understood already: as the API tells a decision, and `rules new --from` keeps an incident. */
const understood = z.looseObject({
  incident: z.looseObject({
    ref: z.looseObject({ source: z.string(), externalId: z.string(), generation: z.string() }),
    id: z.string(),
    title: z.string(),
    urgency: z.string(),
    service: z.looseObject({ id: z.string(), name: z.string() }),
    createdAt: z.string(),
    heldBy: z.array(z.looseObject({})).default([]),
  }),
  alert: z.looseObject({
    source: z.string(),
    name: z.string(),
    labels: z.record(z.string(), z.string()),
    startedAt: z.string(),
    correlationKey: z.string(),
  }),
});

/**
 * A recorded delivery in our words: by the source that reads such things live, and the same readers of alerting tools' bodies; then
 * moved to the case's environment, and changed as the case says. Throws Error with a plain sentence when it cannot be understood.
 */
export function toldBy({ recording, world, alert, labels, incident }: LoadedCase, readers: Readers, policy: Policy): Told {
  const service = firstService(policy, world.env);
  const told = readRecording(recording.json, readers, service, recording.file);
  const there =
    world.env === undefined
      ? told
      : readRecording(moved(recording.json, told, policy, world.env), readers, service, recording.file);
  return {
    incident: changed(there.incident, {
      ...incident,
      service: incident.service === undefined ? there.incident.service : { id: incident.service, name: incident.service },
    }),
    alert: changed(there.alert, {
      ...alert,
      labels: changed(there.alert.labels, labels),
      ...(world.account === undefined ? {} : { account: world.account }),
    }),
  };
}

/** `service`: where an incident is opened for a body that tells of none. Throws Error with a plain sentence when it cannot be understood. */
export function readRecording(json: Json, { sources, bodies }: Readers, service: string, file: string): Told {
  const known = understood.safeParse(json);
  if (known.success) return { incident: known.data.incident, alert: known.data.alert } as unknown as Told;
  const parsed = reading.safeParse(json);
  if (parsed.success) {
    const { source: id, generation, incident, alerts } = parsed.data;
    const source = sources.get(id);
    if (!source) throw new Error(`${file}: there is no source ${id}; there are ${[...sources.keys()].sort().join(', ')}`);
    const own = typeof incident['id'] === 'string' ? incident['id'] : 'CASE';
    const ref: IncidentRef = { source: id, externalId: parsed.data.externalId ?? own, generation };
    return source.normalise({ incident: incident as JsonObject, alerts: alerts as JsonObject[] }, ref, 'signed', bodies);
  }
  for (const body of bodies) {
    const facts = body(json);
    if (facts) return openedFor(facts, service);
  }
  throw new Error(
    `${file} is neither what a source reads ({"incident": {…}, "alerts": [{…}]}) nor the body of an alerting tool that is installed`,
  );
}

/** A tool's own body says nothing of an incident: it is opened as PagerDuty does, at a service of the environment. */
function openedFor(facts: BodyFacts, service: string): Told {
  const startedAt = facts.startedAt ?? '2026-01-01T00:00:00.000Z';
  const title = facts.name ?? 'an alert';
  const ref: IncidentRef = { source: 'pagerduty', externalId: 'CASE', generation: '0' };
  return {
    incident: {
      ref,
      id: ref.externalId,
      title,
      status: 'triggered',
      urgency: 'high',
      service: { id: service, name: service },
      createdAt: startedAt,
      heldBy: [],
    },
    alert: {
      source: ref.source,
      name: title,
      trust: 'signed',
      correlationKey: `${ref.source}:${ref.externalId}`,
      ...facts,
      labels: facts.labels ?? {},
      startedAt,
    },
  };
}

export const firstService = (policy: Policy, env: string | undefined): string =>
  Object.entries(policy.environments).find(([name]) => env === undefined || name === env)?.[1].pagerduty[0] ?? '';

/**
 * The recording as it would have come from another environment: its account, region and service stand wherever the old ones stood,
 * in the alarm's ARN as well. What fits there already stays.
 */
function moved(recorded: Json, { alert, incident }: Told, policy: Policy, env: string): Json {
  const { accounts = {}, pagerduty = [] } = policy.environments[env] ?? {};
  const account =
    alert.account === undefined || Object.hasOwn(accounts, alert.account) ? alert.account : Object.keys(accounts)[0];
  const regions = accounts[account ?? '']?.regions ?? [];
  const region = alert.region === undefined || regions.includes(alert.region) ? alert.region : regions[0];
  const service = pagerduty.includes(incident.service.id) ? incident.service.id : pagerduty[0];
  const swaps: [string | undefined, string | undefined][] = [
    [alert.account, account],
    [alert.region, region],
  ];
  const inText = (text: string): string =>
    text === incident.service.id && service !== undefined
      ? service
      : swaps.reduce((here, [from, to]) => (from === undefined || to === undefined ? here : here.replaceAll(from, to)), text);
  return everyText(recorded, inText);
}

function everyText(here: Json, change: (text: string) => string): Json {
  if (typeof here === 'string') return change(here);
  if (Array.isArray(here)) return here.map((item) => everyText(item, change));
  if (here === null || typeof here !== 'object') return here;
  return Object.fromEntries(Object.entries(here).map(([key, member]) => [key, everyText(member, change)]));
}

/** `null` takes a member away, `undefined` leaves it. */
function changed<Value extends object>(value: Value, changes: { [Key in keyof Value]?: Value[Key] | null | undefined }): Value {
  const said = Object.entries(changes).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    Object.entries({ ...value, ...Object.fromEntries(said) }).filter(([, member]) => member !== null),
  ) as Value;
}
