import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireRequest, WireResponse } from '../../contract/simulator.js';
import { json, objectIn } from './body.js';

/** One alert of a simulated Alertmanager. Times are epoch milliseconds. */
export interface SimAlert {
  fingerprint: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: number;
  endsAt: number | undefined;
  updatedAt: number;
  generatorURL: string;
  values: Record<string, number> | null;
  /** What the rule's own evaluation says, where that is no plain firing or normal. */
  ruleState: string | undefined;
  inhibited: boolean;
}

interface SimSilence {
  id: string;
  matchers: { name: string; value: string; isRegex: boolean; isEqual: boolean }[];
  startsAt: number;
  endsAt: number;
  updatedAt: number;
  createdBy: string;
  comment: string;
}

export interface Alerts {
  all: () => SimAlert[];
  put: (alert: Omit<SimAlert, 'fingerprint' | 'updatedAt'>) => SimAlert;
  isSilenced: (alert: SimAlert) => boolean;
  silences: () => JsonObject[];
  /** API v2 below its prefix: `/alerts`, `/silences`, `/silence/<id>`, `/status`; `undefined`: not simulated. */
  answer: (request: Pick<WireRequest, 'method' | 'body'>, path: string) => WireResponse | undefined;
  reset: () => void;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Alerts and silences as API v2 shows them (contracts 3.2; forms as Alertmanager 0.25 answered). `created`: Grafana answers 202. */
export function createAlerts(world: SandboxWorld, vendor: string, created: 200 | 202): Alerts {
  const alerts = new Map<string, SimAlert>();
  const silences = new Map<string, SimSilence>();
  const startedAt = world.now() - 86_400_000;
  const silencing = (alert: SimAlert): SimSilence[] =>
    [...silences.values()].filter((one) => stateOf(one, world.now()) === 'active' && matches(one, alert));
  const shownSilence = (one: SimSilence): JsonObject => ({
    ...one,
    startsAt: iso(one.startsAt),
    endsAt: iso(one.endsAt),
    updatedAt: iso(one.updatedAt),
    status: { state: stateOf(one, world.now()) },
    annotations: {},
  });
  const effect = (operation: string, target: string, key: string, outcome: string): void =>
    void world.effect({ vendor, operation, target, key, outcome });

  function post(body: Buffer): WireResponse {
    const read = objectIn(body);
    const silence = read && silenceOf(read, world.now());
    if (!silence) return json(400, { code: 601, message: 'matchers, startsAt, endsAt, createdBy and comment are required' });
    // contracts 3.2: a silence that is edited gets a new id.
    silences.set(silence.id, silence);
    const target = silence.matchers.map(({ name, value }) => `${name}=${value}`).join(',');
    effect('POST /api/v2/silences', target, silence.comment, `silence ${silence.id} until ${iso(silence.endsAt)}`);
    return json(created, { silenceID: silence.id });
  }

  function expire(id: string): WireResponse {
    const silence = silences.get(id);
    if (!silence) return { status: 404 };
    if (stateOf(silence, world.now()) !== 'expired') {
      silence.endsAt = world.now();
      effect('DELETE /api/v2/silence/{id}', id, silence.comment, 'expired');
    }
    return { status: 200 };
  }

  return {
    all: () => [...alerts.values()],
    put: (given) => {
      const alert = { ...given, fingerprint: fingerprintOf(given.labels), updatedAt: world.now() };
      alerts.set(alert.fingerprint, alert);
      return alert;
    },
    isSilenced: (alert) => silencing(alert).length > 0,
    silences: () => [...silences.values()].map(shownSilence),
    answer: ({ method, body }, path) => {
      const [, id] = /^\/silence\/([^/]+)$/.exec(path) ?? [];
      const silence = id === undefined ? undefined : silences.get(id);
      if (method === 'GET' && path === '/alerts') {
        const firing = [...alerts.values()].filter(({ endsAt }) => endsAt === undefined);
        return json(
          200,
          firing.map((alert) => gettable(alert, silencing(alert))),
        );
      }
      if (method === 'GET' && path === '/silences') return json(200, [...silences.values()].map(shownSilence));
      if (method === 'POST' && path === '/silences') return post(body);
      if (method === 'GET' && id !== undefined) return silence ? json(200, shownSilence(silence)) : { status: 404 };
      if (method === 'DELETE' && id !== undefined) return expire(id);
      if (method === 'GET' && path === '/status')
        return json(200, {
          cluster: { peers: [], status: 'disabled' },
          uptime: iso(startedAt),
          versionInfo: { version: '0.25.0' },
        });
      return undefined;
    },
    reset: () => {
      alerts.clear();
      silences.clear();
    },
  };
}

const gettable = (alert: SimAlert, silencing: readonly SimSilence[]): JsonObject => ({
  annotations: alert.annotations,
  endsAt: iso(alert.updatedAt + 300_000),
  fingerprint: alert.fingerprint,
  receivers: [{ name: 'opssentinel' }],
  startsAt: iso(alert.startsAt),
  status: {
    state: silencing.length > 0 || alert.inhibited ? 'suppressed' : 'active',
    silencedBy: silencing.map(({ id }) => id),
    inhibitedBy: alert.inhibited ? ['0123456789abcdef'] : [],
    mutedBy: [],
  },
  updatedAt: iso(alert.updatedAt),
  ...(alert.generatorURL ? { generatorURL: alert.generatorURL } : {}),
  labels: alert.labels,
});

function stateOf({ startsAt, endsAt }: SimSilence, now: number): 'expired' | 'pending' | 'active' {
  if (endsAt <= now) return 'expired';
  return startsAt > now ? 'pending' : 'active';
}

const matches = ({ matchers }: SimSilence, { labels }: SimAlert): boolean =>
  matchers.every(({ name, value, isRegex, isEqual }) => {
    const has = isRegex ? new RegExp(`^(?:${value})$`).test(labels[name] ?? '') : (labels[name] ?? '') === value;
    return has === isEqual;
  });

function silenceOf(read: JsonObject, now: number): SimSilence | undefined {
  const { matchers, startsAt, endsAt, createdBy, comment } = read;
  if (!Array.isArray(matchers) || matchers.length === 0) return undefined;
  if (typeof startsAt !== 'string' || typeof endsAt !== 'string' || typeof createdBy !== 'string' || typeof comment !== 'string')
    return undefined;
  const until = Date.parse(endsAt);
  // Alertmanager refuses a silence that ends before it begins, or before now.
  if (!(until > Date.parse(startsAt)) || until <= now) return undefined;
  return {
    id: randomUUID(),
    matchers: matchers as unknown as SimSilence['matchers'],
    startsAt: Math.max(Date.parse(startsAt), now),
    endsAt: until,
    updatedAt: now,
    createdBy,
    comment,
  };
}

/** FNV-1a over the sorted labels, each name and value ended by 0xff, as Prometheus does it. */
function fingerprintOf(labels: Record<string, string>): string {
  const sorted = Object.keys(labels).sort();
  const bytes = sorted.flatMap((name) => [...Buffer.from(name), 255, ...Buffer.from(labels[name] ?? ''), 255]);
  const hash = bytes.reduce((sum, byte) => ((sum ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn, 0xcbf29ce484222325n);
  return hash.toString(16).padStart(16, '0');
}
