import type { JsonObject } from '../../../domain/json.js';
import type { SandboxAlarm, SandboxWorld } from '../../contract/simulator.js';
import { alarmMessage, amazonTime } from '../../wire/simulated/cloudwatch.js';
import {
  agent,
  type Behaviour,
  policy,
  seconds,
  serviceReference,
  type SimAlert,
  type SimIncident,
  type SimNote,
  type SimStatusUpdate,
  type SimUser,
  userReference,
} from './account.js';
import { alarmCef, webhookIncident } from './views.js';

/** Tells the webhook subscription of something that happened. */
export type Notify = (event: { type: string; incident: SimIncident; agent: JsonObject; data: JsonObject }) => void;

/** What can happen to an incident. Each change sends its webhook. */
interface Deeds {
  close: (incident: SimIncident, reason: JsonObject | null, by: JsonObject) => void;
  acknowledge: (incident: SimIncident, by: SimUser) => void;
  unacknowledge: (incident: SimIncident, by: SimUser) => void;
  resolve: (incident: SimIncident, by: SimUser) => void;
  reopen: (incident: SimIncident, by: SimUser) => void;
  reassign: (incident: SimIncident, to: SimUser, by: SimUser) => void;
  merge: (incident: SimIncident, into: SimIncident, by: SimUser) => void;
  escalate: (incident: SimIncident, level: number, by: JsonObject) => void;
  tellStatus: (incident: SimIncident, message: string, by: SimUser) => SimStatusUpdate;
  /** Starts the policy's clock for the level that the incident stands at. */
  wind: (incident: SimIncident) => void;
  annotate: (incident: SimIncident, content: string, by: SimUser) => SimNote;
}

/** The incidents of the account, and everything that can happen to them. */
export interface Incidents extends Deeds {
  all: () => SimIncident[];
  find: (id: string) => SimIncident | undefined;
  raise: (alarm: SandboxAlarm) => SimIncident;
  /** As if it had been opened so many milliseconds earlier: incident, life and alerts. */
  age: (incident: SimIncident, ms: number) => void;
  /** The alarm is over: its open incident is resolved by the service itself. */
  clear: (alarm: SandboxAlarm) => void;
  /** Incidents that are there already, without a word to anybody. */
  add: (made: (first: number) => SimIncident[] | undefined) => number | undefined;
  reset: () => void;
}

export function createIncidents(world: SandboxWorld, notify: Notify, behaviour: () => Behaviour): Incidents {
  const incidents = new Map<string, SimIncident>();
  // Goes on after a reset: an id that was used once must not come back with another meaning.
  let next = world.settings.firstIncident;
  const tell = tellerOf(world, notify);
  const deeds = createDeeds(world, notify, behaviour);
  const openFor = (key: string): SimIncident | undefined =>
    [...incidents.values()].find((one) => one.key === key && one.status !== 'resolved');
  return {
    ...deeds,
    all: () => [...incidents.values()],
    find: (id) => incidents.get(id),
    raise: (alarm) => {
      const open = openFor(alarm.arn);
      if (open) return open;
      const incident = newIncident(next, alarm, world.now());
      next += 1;
      incidents.set(incident.id, incident);
      tell('triggered', incident, serviceReference(incident.service));
      deeds.wind(incident);
      return incident;
    },
    clear: (alarm) => {
      const open = openFor(alarm.arn);
      if (open) deeds.close(open, null, serviceReference(open.service));
    },
    add: (made) => {
      const past = made(next);
      next += past?.length ?? 0;
      for (const one of past ?? []) incidents.set(one.id, one);
      return past?.length;
    },
    age,
    reset: () => incidents.clear(),
  };
}

const tellerOf =
  (world: SandboxWorld, notify: Notify) =>
  (type: string, incident: SimIncident, by: JsonObject): void => {
    const id = `${incident.id}L${incident.log.length + 1}`;
    incident.log.push({ id, type: `${logNames[type] ?? type}_log_entry`, createdAt: seconds(world.now()), agent: by });
    notify({ type: `incident.${type}`, incident, agent: by, data: webhookIncident(incident, world.address()) });
  };

/** The log has other names than webhooks. */
const logNames: Readonly<Record<string, string>> = {
  triggered: 'trigger',
  acknowledged: 'acknowledge',
  unacknowledged: 'unacknowledge',
  resolved: 'resolve',
  reopened: 'reopen',
  reassigned: 'assign',
  escalated: 'escalate',
};

function createDeeds(world: SandboxWorld, notify: Notify, behaviour: () => Behaviour): Deeds {
  const tell = tellerOf(world, notify);
  const now = (): string => seconds(world.now());
  const assign = (incident: SimIncident, user: SimUser, because: string): void => {
    incident.assignees = [user];
    if (user.id !== agent.id) incident.woken.push({ user: user.id, at: new Date(world.now()).toISOString(), because });
  };
  const escalate: Deeds['escalate'] = (incident, level, by) => {
    Object.assign(incident, { status: 'triggered', acknowledgers: [], level });
    assign(incident, policy.levels[level - 1] ?? agent, `escalated to level ${level}`);
    tell('escalated', incident, by);
    wind(incident);
  };
  const wind: Deeds['wind'] = (incident) => {
    const { level, reopenedAt } = incident;
    const after = behaviour().escalateAfterMinutes * 60_000 * world.settings.speed;
    if (after === 0 || level >= policy.levels.length) return;
    world.later(after, () => {
      const untouched = incident.status === 'triggered' && incident.level === level && incident.reopenedAt === reopenedAt;
      if (untouched) escalate(incident, level + 1, serviceReference(incident.service));
    });
  };
  const close = (incident: SimIncident, reason: JsonObject | null, by: JsonObject): void => {
    Object.assign(incident, { status: 'resolved', resolveReason: reason, acknowledgers: [] });
    for (const alert of incident.alerts) alert.status = 'resolved';
    tell('resolved', incident, by);
  };
  return {
    close,
    acknowledge: (incident, by) => {
      Object.assign(incident, { status: 'acknowledged', acknowledgers: [{ user: by, at: now() }], assignees: [by] });
      tell('acknowledged', incident, userReference(by));
    },
    unacknowledge: (incident, by) => {
      Object.assign(incident, { status: 'triggered', acknowledgers: [] });
      tell('unacknowledged', incident, userReference(by));
    },
    resolve: (incident, by) => close(incident, null, userReference(by)),
    reopen: (incident, by) => {
      Object.assign(incident, { status: 'triggered', acknowledgers: [], resolveReason: null, reopenedAt: now(), level: 1 });
      for (const alert of incident.alerts) alert.status = 'triggered';
      assign(incident, agent, 'reopened');
      tell('reopened', incident, userReference(by));
      wind(incident);
    },
    reassign: (incident, to, by) => {
      Object.assign(incident, { status: 'triggered', acknowledgers: [] });
      assign(incident, to, 'reassigned');
      tell('reassigned', incident, userReference(by));
    },
    merge: (incident, into, by) => {
      const reason = { type: 'merge_resolve_reason', incident: { id: into.id, type: 'incident_reference', summary: into.title } };
      close(incident, reason, userReference(by));
    },
    escalate,
    wind,
    ...createWords(notify, now),
  };
}

/** What people and we write on an incident. */
function createWords(notify: Notify, now: () => string): Pick<Deeds, 'annotate' | 'tellStatus'> {
  let notes = 0;
  return {
    tellStatus: (incident, message, by) => {
      const id = `PSBXSTATUS${incident.statusUpdates.length + 1}`;
      const update: SimStatusUpdate = { id, user: by, message, createdAt: now() };
      incident.statusUpdates.push(update);
      const about = { id: incident.id, type: 'incident_reference' };
      const data = { id, type: 'incident_status_update', incident: about, message, trimmed: false };
      notify({ type: 'incident.status_update_published', incident, agent: userReference(by), data });
      return update;
    },
    annotate: (incident, content, by) => {
      notes += 1;
      const note: SimNote = { id: `PSBXNOTE${notes}`, user: by, content, createdAt: now() };
      incident.notes.push(note);
      const data = {
        id: note.id,
        type: 'incident_note',
        self: null,
        html_url: null,
        incident: { id: incident.id, type: 'incident_reference' },
        content,
        trimmed: false,
      };
      notify({ type: 'incident.annotated', incident, agent: userReference(by), data });
      return note;
    },
  };
}

function age(incident: SimIncident, ms: number): void {
  const earlier = (at: string): string => seconds(Date.parse(at) - ms);
  incident.createdAt = earlier(incident.createdAt);
  if (incident.reopenedAt) incident.reopenedAt = earlier(incident.reopenedAt);
  for (const alert of incident.alerts) {
    alert.createdAt = earlier(alert.createdAt);
    const { StateChangeTime: changed } = alert.details;
    if (typeof changed === 'string')
      alert.details['StateChangeTime'] = amazonTime(Date.parse(changed.replace('+0000', 'Z')) - ms);
  }
}

function newIncident(number: number, alarm: SandboxAlarm, at: number): SimIncident {
  const id = `Q0SBX${String(number).padStart(4, '0')}`;
  const title = alarm.title ?? `ALARM: "${alarm.name}" in EU (Ireland)`;
  const createdAt = seconds(at);
  return {
    id,
    number,
    alarm: alarm.name,
    title,
    status: 'triggered',
    key: alarm.arn,
    createdAt,
    reopenedAt: undefined,
    service: alarm.service,
    level: 1,
    assignees: [agent],
    acknowledgers: [],
    resolveReason: null,
    notes: [],
    statusUpdates: [],
    alerts: alarm.title === undefined ? [alertOf(id, title, alarm, at)] : [],
    woken: [],
    log: [],
  };
}

/** What PagerDuty's CloudWatch integration makes of an alarm. An incident that a person opens has none. */
export const alertOf = (id: string, title: string, alarm: SandboxAlarm, at: number): SimAlert => ({
  id: `${id}A1`,
  status: 'triggered',
  summary: title,
  createdAt: seconds(at),
  severity: 'critical',
  // The alert's details are what CloudWatch put into its notification.
  details: alarmMessage({ alarm, state: 'ALARM', at }),
  cef: alarmCef(alarm),
});
