import type { AdmissionState, PastEffect } from '../../domain/admission.js';
import type { CalendarFacts, CalendarWord } from '../../domain/calendar.js';
import type { Alert, Witness } from '../../domain/alert.js';
import type { Approval } from '../../domain/approval.js';
import type { DeployFacts } from '../../domain/deploy.js';
import { toldToUs } from '../../domain/deploy.js';
import { parseDuration } from '../../domain/duration.js';
import type { Hold } from '../../domain/hold.js';
import type { Incident } from '../../domain/incident.js';
import type { JsonObject } from '../../domain/json.js';
import type { Plan } from '../../domain/plan.js';
import type { Surroundings } from '../../domain/surroundings.js';
import { failureDomain, type Target } from '../../domain/target.js';
import { type Corroboration, ownWord } from '../../decide/witness.js';
import type { Chosen } from '../../decide/decide.js';
import type { Registry } from '../../integrations/contract/registry.js';
import type { CaseWorld } from '../../rules/language/cases.js';

const minute = 60_000;
const ms = (text: string | undefined): number => parseDuration(text ?? '0') ?? 0;
export const iso = (at: number): string => new Date(at).toISOString();

/** One incident of a case, on the virtual clock. Epoch milliseconds. */
export interface Occasion {
  world: CaseWorld;
  incident: Incident;
  alert: Alert;
  /** When it was delivered. */
  deliveredAt: number;
}

/** When the alert began: some worlds deliver late. */
export const beganAt = ({ world, deliveredAt }: Occasion): number => deliveredAt - ms(world.late);

const states: Readonly<Record<string, Witness['state']>> = { ALARM: 'firing', OK: 'clear' };

/** What an independent witness says now, if anybody could find this alert again at all; else the incident's own state. */
export function witnessAt(occasion: Occasion, now: number, witnesses: Registry['witnesses']): Corroboration {
  const { world, incident, alert } = occasion;
  const able = witnesses.find((witness) => witness.covers(alert));
  if (!able) return ownWord(incident, alert, iso(now));
  const over = world.clears !== undefined && now >= beganAt(occasion) + ms(world.clears);
  const alarm = over ? 'OK' : (world.alarm ?? 'ALARM');
  return {
    witness: {
      by: able.id,
      state: states[alarm] ?? 'unknown',
      since: iso(over ? beganAt(occasion) + ms(world.clears) : beganAt(occasion)),
      readAt: iso(now),
      labels: { ...alert.labels, ...world.witness },
      says: `${able.id}: ${alarm}`,
    },
    corroborable: true,
  };
}

/** The one target that was aimed at, as the world has it; `undefined`: it is not there. */
export function targetAt({ world }: Occasion, chosen: Chosen | undefined, now: number): Target | undefined {
  const { target } = world;
  if (!chosen || target === undefined || target === 'absent') return undefined;
  const { tags, id, ...facts } = target as JsonObject;
  const { account, region, environment, targetType: type, selector } = chosen;
  const names = Object.values(selector);
  return {
    type,
    id: typeof id === 'string' ? id : [type, account, region, ...names].join('/'),
    name: names.at(-1) ?? '',
    account,
    region,
    environment,
    tags: (tags ?? {}) as Record<string, string>,
    facts: { ...facts },
    readAt: iso(now),
  };
}

/** What is known of deployments. Somebody always told something: a case is not about a source that cannot be read. */
export function deploysAt({ world, deliveredAt }: Occasion): DeployFacts {
  const says = 'a deployment of this case';
  const { deploy } = world;
  const known = { known: [toldToUs], unknown: [] };
  if (deploy === undefined) return { seen: [], ...known };
  const endedAt = deploy === 'running' ? undefined : deliveredAt - ms(deploy.ended);
  const startedAt = (endedAt ?? deliveredAt) - minute;
  return { seen: [{ from: toldToUs, says, startedAt, ...(endedAt === undefined ? {} : { endedAt }) }], ...known };
}

/** What admission would read from rows. */
export function stateAt(
  { world, deliveredAt }: Occasion,
  about: { incident: string; plan: Plan; service: string; runbook: string },
  effects: readonly PastEffect[],
  approvals: readonly Approval[],
): AdmissionState {
  const used = Array.from(
    { length: world.used ?? 0 },
    (_, index): PastEffect => ({
      ...other(`used-${index}`, deliveredAt),
      rule: about.plan.rule.name,
      service: about.service,
      targetId: `another target ${index}`,
    }),
  );
  const failed = Array.from(
    { length: world.failed ?? 0 },
    (_, index): PastEffect => ({
      ...other(`failed-${index}`, deliveredAt - longAgoMs),
      runbook: about.runbook,
      targetId: about.plan.target.id,
      verified: false,
    }),
  );
  const domain = failureDomain(about.plan.target);
  return {
    effects: [...effects, ...used, ...failed],
    targetHeldBy: undefined,
    domainHeldBy: undefined,
    incidents: [about.incident, ...Array.from({ length: world.storm ?? 0 }, (_, index) => `case:storm-${index}`)].map(
      (incident) => ({ incident, at: deliveredAt, failureDomain: domain }),
    ),
    lifted: [],
    holds: holdsOf(world, deliveredAt),
    approvals: [...approvals],
  };
}

/** Longer ago than any cooldown, and well within the window of the same fix. */
const longAgoMs = 12 * 60 * minute;

/** An effect of another incident a minute before. */
const other = (name: string, before: number): PastEffect => ({
  incident: `case:${name}`,
  rule: 'another',
  service: 'another',
  action: 'case',
  runbook: 'another',
  team: 'another',
  targetId: 'another target',
  at: before - minute,
});

/** What stands around the target, and what calendars say: where a case does not tell, nothing keeps anybody from acting. */
export function aroundAt({ world }: Occasion): { surroundings: Surroundings; calendars: CalendarFacts } {
  const { group, people = [], calendar } = world;
  const words = calendar === undefined || calendar === 'unknown' ? [] : [word(calendar === 'closed')];
  return {
    surroundings: {
      people,
      unknown: [],
      ...(group === undefined
        ? {}
        : { group: { name: 'the group of this case', total: group.of, healthy: group.healthy, targetHealthy: true } }),
    },
    calendars: { words, unknown: calendar === 'unknown' ? [{ from: 'case', because: 'which cannot be read' }] : [] },
  };
}

const word = (closed: boolean): CalendarWord => ({ from: 'case', closed, says: 'the calendar of this case', allow: [] });

const holdsOf = ({ hold }: CaseWorld, deliveredAt: number): Hold[] =>
  hold === undefined
    ? []
    : [{ id: 'case', kind: hold, scope: 'all', reason: 'this case has one', owner: 'case', since: iso(deliveredAt - minute) }];
