import type { Alert, Witness } from '../../domain/alert.js';
import type { Incident, IncidentRef } from '../../domain/incident.js';
import type { Idempotency } from '../../domain/plan.js';
import type { Target } from '../../domain/target.js';
import type { SandboxEffect } from '../../integrations/contract/simulator.js';
import type { Clock } from './clock.js';
import type { Random } from './random.js';
import { metrics } from './rules.js';

export const minute = 60_000;
export const iso = (at: number): string => new Date(at).toISOString();

/** One resource, as it really is. */
export interface Thing {
  id: string;
  name: string;
  account: string;
  region: string;
  environment: string;
  tags: Record<string, string>;
  state: string;
  /** Whatever a decision may depend on, in one word. */
  sort: string;
}

/** One incident, as it really is: what its source would answer now, and what its alarm does. */
export interface Happening {
  ref: IncidentRef;
  thing: Thing;
  metric: string;
  service: { id: string; name: string };
  startedAt: number;
  correlationKey: string;
  status: Incident['status'];
  heldBy: Incident['heldBy'];
  mergedInto?: string;
  /** Epoch milliseconds; absent while the alarm fires. */
  clearedAt?: number;
}

/** Everything outside: incidents, alarms, resources, and the vendor who keeps his own list of what was done to them. */
export interface World {
  things: Thing[];
  effects: SandboxEffect[];
  onCall: string[];
  incidentOf: (happening: Happening) => Incident;
  alertOf: (happening: Happening) => Alert;
  /** By the clock of whoever reads. */
  witnessOf: (happening: Happening, readAt: number) => Witness;
  targetOf: (happening: Happening, readAt: number) => Target | undefined;
  /** One write. What carries a key or is absolute is done once, however often it is sent. */
  act: (write: Write) => void;
  /** Whether an effect is found by its key; lists lag behind. */
  isListed: (key: string) => boolean;
}

export interface Write {
  key: string;
  operation: string;
  target: string;
  idempotency: Idempotency;
  /** The alarms of this resource end with it. */
  heals: boolean;
}

/** AWS's lists are behind by up to so long; whoever reads for longer has a proof. Milliseconds. */
const longestLagMs = 20_000;

const places = [
  { account: '111122223333', environment: 'staging', region: 'eu-west-1' },
  { account: '111122223333', environment: 'staging', region: 'us-east-1' },
  { account: '444455556666', environment: 'prod', region: 'eu-west-1' },
] as const;

export function createWorld(random: Random, clock: Clock): World {
  const things = Array.from({ length: 12 }, (_, index) => thingOf(random, index));
  const effects: SandboxEffect[] = [];
  const listedAt = new Map<string, number>();
  const healing = new Map<string, number>();
  const clearedAt = (happening: Happening): number | undefined => {
    const healed = healing.get(happening.thing.id);
    const byUs = healed !== undefined && healed >= happening.startedAt ? healed : undefined;
    return happening.clearedAt !== undefined && happening.clearedAt <= clock.now() ? happening.clearedAt : byUs;
  };
  return {
    things,
    effects,
    onCall: ['ada', 'grace', 'linus'],
    incidentOf: ({ ref, metric, service, startedAt, status, heldBy, mergedInto }) => ({
      ref,
      id: ref.externalId,
      title: metric,
      status,
      urgency: 'high',
      service,
      createdAt: iso(startedAt),
      heldBy: [...heldBy],
      ...(mergedInto === undefined ? {} : { mergedInto }),
    }),
    alertOf: ({ thing, metric, startedAt, correlationKey }) => ({
      source: 'cloudwatch',
      name: metric.toLowerCase(),
      metric,
      labels: { InstanceId: thing.name },
      startedAt: iso(startedAt),
      account: thing.account,
      region: thing.region,
      trust: 'signed',
      correlationKey,
    }),
    witnessOf: (happening, readAt) => {
      const over = clearedAt(happening);
      const state = random.chance(0.02) ? 'unknown' : over === undefined ? 'firing' : 'clear';
      const other = random.chance(0.01) ? random.pick(things).name : happening.thing.name;
      const since = iso(over ?? happening.startedAt);
      return { by: 'test.alarm', state, since, readAt: iso(readAt), labels: { InstanceId: other }, says: state };
    },
    targetOf: ({ thing }, readAt) =>
      thing.state === 'absent'
        ? undefined
        : {
            type: 'test.compute.instance',
            id: thing.id,
            name: thing.name,
            account: thing.account,
            region: thing.region,
            environment: thing.environment,
            tags: thing.tags,
            facts: { state: thing.state, count: 1, disks: [], nested: {} },
            readAt: iso(readAt),
          },
    act: ({ key, operation, target, idempotency, heals }) => {
      const repeatable = idempotency === 'token' || idempotency === 'named' || idempotency === 'absolute';
      if (repeatable && listedAt.has(key)) return;
      effects.push({ seq: effects.length + 1, at: iso(clock.now()), vendor: 'aws', operation, target, key, outcome: 'done' });
      listedAt.set(key, clock.now() + random.int(0, longestLagMs));
      if (heals) healing.set(target, clock.now() + random.int(5_000, 60_000));
    },
    isListed: (key) => (listedAt.get(key) ?? Number.POSITIVE_INFINITY) <= clock.now(),
  };
}

/** The same few resources in every seed, but for what befalls them: what is decided of them once is known. */
function thingOf(random: Random, index: number): Thing {
  const place = places[index % places.length] as (typeof places)[number];
  // One is the policy's protected one.
  const name = index === 7 ? 'i-0dead' : `i-0000${index.toString(16)}`;
  const tag = random.chance(0.94) ? 'allow' : random.pick(['never', 'maybe']);
  const state = random.chance(0.96) ? 'running' : random.pick(['gone', 'absent']);
  const id = `arn:test:ec2:${place.region}:${place.account}:instance/${name}`;
  return { ...place, id, name, tags: { opssentinel: tag }, state, sort: `${name} ${tag} ${state}` };
}

const servicesOf = (thing: Thing): { id: string; name: string } => {
  if (thing.environment === 'prod') return { id: 'PSVC003', name: 'shop' };
  return thing.region === 'eu-west-1' ? { id: 'PSVC001', name: 'web' } : { id: 'PSVC002', name: 'mail' };
};

export function happeningOf(index: number, thing: Thing, startedAt: number): Happening {
  return {
    ref: { source: 'pagerduty', externalId: `Q${index}`, generation: '0' },
    thing,
    metric: metrics[index % metrics.length] as string,
    service: servicesOf(thing),
    startedAt,
    correlationKey: `alarm ${index}`,
    status: 'triggered',
    heldBy: [],
  };
}
