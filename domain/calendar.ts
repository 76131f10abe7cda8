import type { Risk } from './plan.js';

/** What one calendar says about acting on one target now: a freeze, a maintenance window, a change calendar. */
export interface CalendarWord {
  /** Who says so: `policy`, `aws.ssm.change-calendar`, `pagerduty.maintenance-windows`. */
  from: string;
  closed: boolean;
  /** For people: `year-end`, `maintenance "database move"`. */
  says: string;
  /** ISO 8601, UTC: until when it is closed, where that is known. */
  until?: string;
  /** Risks that it lets through although it is closed. */
  allow: readonly Risk[];
}

/** What every calendar says that was asked, and who could not be asked: not knowing is not open. */
export interface CalendarFacts {
  words: CalendarWord[];
  unknown: { from: string; because: string }[];
}

/** What a calendar said when somebody last looked. People are shown it; nothing is ever decided by it. */
export interface CalendarSeen extends CalendarWord {
  /** What the word is about, for people: `environment:prod`, `service:PSVC001`, `environment:prod in 444455556666/eu-west-1`. */
  scope: string;
  /** What it was asked with, as canonical JSON: two that the policy names differently are two. */
  asked: string;
  /** ISO 8601, UTC. */
  readAt: string;
  /** Who looked: `the guard for pagerduty:Q0HX7KD`. */
  by: string;
}

/** Older than this it may well have changed: whoever shows it says so. Milliseconds. */
export const seenLongAgoMs = 15 * 60_000;
