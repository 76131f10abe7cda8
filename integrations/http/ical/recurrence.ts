import { day, type Rule, Unreadable } from './event.js';

// The library's own iterator never returns from `FREQ=DAILY;BYMONTHDAY=-1`, and goes wrong on the 31st and on months of monthly rules:
// recurrence is looked up day by day instead, which ends.

/** Days that may be looked at for one answer. */
export interface Effort {
  left: number;
}

/** Enough for some thousand recurring events. */
export const fullEffort = (): Effort => ({ left: 500_000 });

/** Days after the first on which the end of a rule with COUNT is looked for: 50 years. */
const furthest = 50 * 366;

const ends = new WeakMap<Rule, number>();

/** Whether a rule that began on one day gives an occurrence on another: days since 1970, by the clock on the wall. */
export function occursOn(rule: Rule, first: number, on: number, effort: Effort): boolean {
  if (on < first || !given(rule, first, on, effort)) return false;
  return rule.count === undefined || on <= lastOf(rule, rule.count, first, effort);
}

/** The first occurrence counts, whether or not the rule itself would give it. */
function lastOf(rule: Rule, count: number, first: number, effort: Effort): number {
  const known = ends.get(rule);
  if (known !== undefined) return known;
  let on = first;
  for (let seen = 1; seen < count && on < first + furthest; ) if (given(rule, first, (on += 1), effort)) seen += 1;
  const last = on < first + furthest ? on : Number.POSITIVE_INFINITY;
  ends.set(rule, last);
  return last;
}

function given(rule: Rule, first: number, on: number, effort: Effort): boolean {
  if (!fits(rule, first, on, effort)) return false;
  if (!rule.positions) return true;
  const [from, to] = periodOf(rule, on);
  const before = countFitting(rule, first, from, on, effort);
  const after = countFitting(rule, first, on + 1, to, effort);
  return rule.positions.some((position) => position === before + 1 || position === -(after + 1));
}

function countFitting(rule: Rule, first: number, from: number, to: number, effort: Effort): number {
  let count = 0;
  for (let on = from; on < to; on += 1) if (fits(rule, first, on, effort)) count += 1;
  return count;
}

/** From its first day to the first after it. */
function periodOf({ freq, weekStart }: Rule, on: number): [from: number, to: number] {
  const { year, month } = dateOf(on);
  if (freq === 'YEARLY') return [dayOf(year, 0), dayOf(year + 1, 0)];
  if (freq === 'MONTHLY') return [dayOf(year, month), dayOf(year, month + 1)];
  const from = freq === 'WEEKLY' ? weekOf(on, weekStart) : on;
  return [from, from + (freq === 'WEEKLY' ? 7 : 1)];
}

/** Without COUNT and BYSETPOS: RFC 5545 3.3.10. */
function fits(rule: Rule, first: number, on: number, effort: Effort): boolean {
  effort.left -= 1;
  if (effort.left < 0) throw new Unreadable('it holds more that recurs than is looked through');
  const { freq, interval, weekStart, months, monthDays, weekDays } = rule;
  const began = dateOf(first);
  const date = dateOf(on);
  if (months && !months.includes(date.month + 1)) return false;
  const dayFits = (): boolean =>
    !monthDays || monthDays.some((one) => one === date.inMonth || one === date.inMonth - date.days - 1);
  const byDay = monthDays !== undefined || weekDays !== undefined;
  switch (freq) {
    case 'DAILY':
      return (on - first) % interval === 0 && dayFits() && weekDayFits(rule, date);
    case 'WEEKLY':
      return (
        ((weekOf(on, weekStart) - weekOf(first, weekStart)) / 7) % interval === 0 &&
        (weekDays ? weekDayFits(rule, date) : date.weekDay === began.weekDay)
      );
    case 'MONTHLY':
      return (
        ((date.year - began.year) * 12 + date.month - began.month) % interval === 0 &&
        (byDay ? dayFits() && weekDayFits(rule, date) : date.inMonth === began.inMonth)
      );
    default:
      if ((date.year - began.year) % interval !== 0) return false;
      if (byDay) return dayFits() && weekDayFits(rule, date);
      return date.inMonth === began.inMonth && (months !== undefined || date.month === began.month);
  }
}

function weekDayFits({ freq, months, weekDays }: Rule, { weekDay, inMonth, days, inYear, daysOfYear }: OneDay): boolean {
  if (!weekDays) return true;
  const ofYear = freq === 'YEARLY' && months === undefined;
  const [at, of] = ofYear ? [inYear, daysOfYear] : [inMonth, days];
  return weekDays.some(
    (wanted) =>
      wanted.weekDay === weekDay &&
      (wanted.nth === undefined || wanted.nth === Math.ceil(at / 7) || wanted.nth === -Math.ceil((of - at + 1) / 7)),
  );
}

interface OneDay {
  year: number;
  /** From 0. */
  month: number;
  /** From 1. */
  inMonth: number;
  /** Of its month. */
  days: number;
  weekDay: number;
  /** From 1. */
  inYear: number;
  daysOfYear: number;
}

function dateOf(on: number): OneDay {
  const date = new Date(on * day);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const [begins, next] = [dayOf(year, 0), dayOf(year + 1, 0)];
  return {
    year,
    month,
    inMonth: date.getUTCDate(),
    days: dayOf(year, month + 1) - dayOf(year, month),
    weekDay: date.getUTCDay(),
    inYear: on - begins + 1,
    daysOfYear: next - begins,
  };
}

const dayOf = (year: number, month: number): number => Date.UTC(year, month, 1) / day;

/** The day that the week of a day began on. 1970 began on a Thursday. */
const weekOf = (on: number, weekStart: number): number => on - ((((on + 4 - weekStart) % 7) + 7) % 7);
