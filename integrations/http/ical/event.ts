/** What stands in a calendar file (RFC 5545), as far as being closed needs it. */

/** Milliseconds. */
export const day = 86_400_000;

export interface Moment {
  /** Milliseconds that read in UTC as the clock on the wall reads there. */
  wall: number;
  /** `UTC`, or a TZID. Absent: a time of whoever looks at it, as days are. */
  zone?: string;
  /** A day, and no time of it. */
  allDay: boolean;
}

/** Days by the clock on the wall, and milliseconds beside them: on the day that the clocks change a day is no 24 h. */
export interface Length {
  days: number;
  ms: number;
}

export interface Rule {
  freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  interval: number;
  /** Occurrences in all, the first among them. */
  count?: number;
  /** The last moment at which one may begin. */
  until?: Moment;
  /** 0: Sunday. */
  weekStart: number;
  months?: readonly number[];
  /** Negative ones count from the end of the month. */
  monthDays?: readonly number[];
  /** `nth` of the month, or of the year where no month is named; without it, every one. */
  weekDays?: readonly { weekDay: number; nth?: number }[];
  /** Of those that the other parts give in one period. */
  positions?: readonly number[];
}

export interface CalendarEvent {
  uid: string;
  summary: string;
  categories: readonly string[];
  /** `false`: cancelled, or marked as keeping nobody busy. */
  counts: boolean;
  start: Moment;
  /** Either of the two; neither: the whole day, or no time at all. */
  end?: Moment;
  length?: Length;
  rules: readonly Rule[];
  /** Further occurrences, with an end of their own where they have one. */
  dates: readonly { start: Moment; end?: Moment; length?: Length }[];
  except: readonly Moment[];
  /** It stands in the place of this occurrence of the event of the same uid. */
  replaces?: Moment;
}

export interface CalendarFile {
  events: readonly CalendarEvent[];
  /** X-WR-TIMEZONE: where its days and times without a zone are. */
  zone?: string;
  /** Time zones that the file describes itself: from the wall's milliseconds to the epoch's. */
  zones: ReadonlyMap<string, (wall: number) => number>;
}

/** The file is no calendar, or says something that is not read here: whether it is closed is then not known. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}
