import type { Json, JsonObject } from '../../../domain/json.js';

/** The simulated account. Nobody in it is a person. */
export interface SimUser {
  id: string;
  name: string;
  email: string;
}

export const agent: SimUser = { id: 'PSBXAGENT', name: 'OpsSentinel (silent first level)', email: 'opssentinel@sandbox' };
export const firstPerson: SimUser = { id: 'PSBXUSR2', name: 'On call, level 2', email: 'approver@sandbox' };
export const secondPerson: SimUser = { id: 'PSBXUSR3', name: 'On call, level 3', email: 'operator@sandbox' };
export const users: readonly SimUser[] = [agent, firstPerson, secondPerson];

/** The page waits: the first level is the agent, which wakes nobody; people come after it. */
export const policy = {
  id: 'PSBXEP1',
  name: 'Web: agent first, then people',
  levels: [agent, firstPerson, secondPerson],
  teams: ['PTEAM01', 'PTEAM02', 'PTEAM03'],
};

export const subscriptionId = 'PSBXWHS';

export interface SimNote {
  id: string;
  user: SimUser;
  content: string;
  /** ISO 8601, UTC. */
  createdAt: string;
}

export interface SimStatusUpdate {
  id: string;
  user: SimUser;
  message: string;
  /** ISO 8601, UTC. */
  createdAt: string;
}

/** A line of an incident's log. */
export interface SimLogEntry {
  id: string;
  /** As PagerDuty calls it: `resolve_log_entry`. */
  type: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  agent: JsonObject | null;
}

export interface SimAlert {
  id: string;
  status: 'triggered' | 'resolved';
  summary: string;
  createdAt: string;
  severity: string;
  details: JsonObject;
  cef: JsonObject;
}

export interface SimIncident {
  id: string;
  number: number;
  /** The shipped alarm that opened it. */
  alarm: string;
  title: string;
  status: 'triggered' | 'acknowledged' | 'resolved';
  /** The alarm's ARN: what is open under it is not opened twice. */
  key: string;
  createdAt: string;
  reopenedAt: string | undefined;
  service: { id: string; name: string };
  /** Level of the escalation policy, from 1. */
  level: number;
  assignees: SimUser[];
  acknowledgers: { user: SimUser; at: string }[];
  resolveReason: JsonObject | null;
  notes: SimNote[];
  statusUpdates: SimStatusUpdate[];
  alerts: SimAlert[];
  /** People whom PagerDuty would have woken, in order. */
  woken: { user: string; at: string; because: string }[];
  log: SimLogEntry[];
}

/** How the simulated account behaves; set by `POST /_sandbox/pagerduty/deliveries`. */
export interface Behaviour {
  /** How often each delivery is sent, as after a lost answer. */
  repeat: number;
  /** PagerDuty waits 5 s for an answer. Milliseconds. */
  answerWithinMs: number;
  /** Several while a secret is rotated; empty: the sandbox's own. */
  secrets: string[];
  /** Webhooks are lost on their way, as by an outage of the sender: none is sent but by `resend`. */
  lost: boolean;
  /** How `body.details` of alerts is given. */
  details: 'object' | 'string' | 'doubly-encoded';
  /** How long an incident's alerts stay invisible. Milliseconds. */
  alertLagMs: number;
  /** The escalation policy's own clock: minutes at a level before an incident that nobody acknowledged goes to the next; 0: it stands still. */
  escalateAfterMinutes: number;
  /** What `ratelimit-remaining` says. */
  remaining: number;
  /** Lists go no further: offset and limit together. */
  mostOffset: number;
}

export const usualBehaviour: Behaviour = {
  repeat: 1,
  answerWithinMs: 5_000,
  secrets: [],
  lost: false,
  details: 'object',
  alertLagMs: 0,
  escalateAfterMinutes: 0,
  remaining: 960,
  mostOffset: 10_000,
};

/** PagerDuty writes whole seconds in most places. */
export const seconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

export const userReference = (user: SimUser): { [key: string]: Json } => ({
  id: user.id,
  type: 'user_reference',
  summary: user.name,
  self: `https://api.pagerduty.com/users/${user.id}`,
  html_url: null,
});

export const serviceReference = (service: SimIncident['service']): { [key: string]: Json } => ({
  id: service.id,
  type: 'service_reference',
  summary: service.name,
  self: `https://api.pagerduty.com/services/${service.id}`,
  html_url: null,
});
