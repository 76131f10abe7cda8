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
