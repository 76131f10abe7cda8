import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { readCalendar } from '../clients/ical.js';
import { calendarText } from '../testkit/calendar-text.js';
import { day } from './event.js';
import { fullEffort, occursOn } from './recurrence.js';

const textOf = (date: number): string => new Date(date * day).toISOString().slice(0, 10);
const dayIn = (text: string): number => Date.parse(`${text}T00:00:00Z`) / day;

function dateIn(text: string): { year: number; month: number; day: number } {
  const [year = 0, month = 0, inMonth = 0] = text.split('-').map(Number);
  return { year, month, day: inMonth };
}

/** The first so many days of a rule. */
function daysOf(rule: string, start: string, count: number): string[] {
  const text = calendarText(`UID:a\nDTSTART;VALUE=DATE:${start.replaceAll('-', '')}\nRRULE:${rule}`);
  const [read] = readCalendar(text).events[0]?.rules ?? [];
  if (!read) throw new Error('no rule');
  const first = dayIn(start);
  const effort = fullEffort();
  const found: string[] = [];
  for (let on = first; found.length < count && on < first + 60 * 366; on += 1)
    if (on === first || occursOn(read, first, on, effort)) found.push(textOf(on));
  return found;
}

/** The same by the library's own iterator. */
function libraryDays(rule: string, start: string, count: number): string[] {
  const found = new Set([start]);
  const iterator = ICAL.Recur.fromString(rule).iterator(
    ICAL.Time.fromData({ ...dateIn(start), hour: 0, minute: 0, second: 0, isDate: false }),
  );
  for (let next = iterator.next(); next && found.size < count; next = iterator.next()) found.add(next.toString().slice(0, 10));
  return [...found];
}

const weekDays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const one = fc.constantFrom(...weekDays);
const some = <Value>(value: fc.Arbitrary<Value>) =>
  fc.uniqueArray(value, { minLength: 1, maxLength: 3 }).map((list) => list.join(','));
const months = some(fc.integer({ min: 1, max: 12 }));
const nth = fc.tuple(fc.constantFrom(1, 2, 3, 4, -1, -2), one).map(([number, weekDay]) => `${number}${weekDay}`);
const interval = fc.integer({ min: 1, max: 5 });

/** Kinds of rules that the library gets right. */
const rules = fc.oneof(
  interval.map((every) => `FREQ=DAILY;INTERVAL=${every}`),
  fc.tuple(interval, some(one)).map(([every, on]) => `FREQ=DAILY;INTERVAL=${every};BYDAY=${on}`),
  months.map((in_) => `FREQ=DAILY;BYMONTH=${in_}`),
  fc.tuple(interval, some(one), one).map(([every, on, from]) => `FREQ=WEEKLY;INTERVAL=${every};BYDAY=${on};WKST=${from}`),
  interval.map((every) => `FREQ=WEEKLY;INTERVAL=${every}`),
  interval.map((every) => `FREQ=MONTHLY;INTERVAL=${every}`),
  fc.tuple(interval, some(nth)).map(([every, on]) => `FREQ=MONTHLY;INTERVAL=${every};BYDAY=${on}`),
  fc
    .tuple(interval, some(fc.integer({ min: 1, max: 28 })))
    .map(([every, on]) => `FREQ=MONTHLY;INTERVAL=${every};BYMONTHDAY=${on}`),
  interval.map((every) => `FREQ=YEARLY;INTERVAL=${every}`),
  fc.tuple(interval, months, some(nth)).map(([every, in_, on]) => `FREQ=YEARLY;INTERVAL=${every};BYMONTH=${in_};BYDAY=${on}`),
);
const starts = fc.integer({ min: dayIn('2015-01-01'), max: dayIn('2025-12-31') }).map(textOf);
const counts = fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined });

it('row 17: gives the days that another implementation gives, for every kind of rule that both know', () => {
  fc.assert(
    fc.property(rules, starts, counts, (rule, start, count) => {
      // The iterator does not count a first day that its rule would not give.
      const given = libraryDays(rule, start, 8);
      const fits = libraryDays(`${rule};COUNT=1`, start, 2).length === 1;
      fc.pre(count === undefined || fits);
      const counted = count === undefined ? rule : `${rule};COUNT=${count}`;
      expect(daysOf(counted, start, 8)).toEqual(given.slice(0, count ?? 8));
    }),
    { numRuns: 60 },
  );
}, 60_000);

describe('what the library gets wrong, or never comes back from', () => {
  it.each([
    ['FREQ=DAILY;BYMONTHDAY=-1', '2018-06-25', ['2018-06-25', '2018-06-30', '2018-07-31', '2018-08-31']],
    ['FREQ=YEARLY;BYMONTH=12,6;BYMONTHDAY=31', '2025-12-31', ['2025-12-31', '2026-12-31', '2027-12-31']],
    ['FREQ=MONTHLY;BYMONTHDAY=31', '2026-01-31', ['2026-01-31', '2026-03-31', '2026-05-31', '2026-07-31']],
    ['FREQ=MONTHLY;BYMONTH=12,1;BYMONTHDAY=24', '2026-12-24', ['2026-12-24', '2027-01-24', '2027-12-24', '2028-01-24']],
    ['FREQ=YEARLY', '2024-02-29', ['2024-02-29', '2028-02-29', '2032-02-29']],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2026-01-01', ['2026-01-01']],
  ])('%s from %s', (rule, start, days) => {
    expect(daysOf(rule, start, days.length)).toEqual(days);
  });
});

/** Source: RFC 5545 3.8.5.3, the examples. */
describe('the examples of RFC 5545', () => {
  it.each([
    ['FREQ=WEEKLY;INTERVAL=2;WKST=SU', '1997-09-02', '1997-09-02 1997-09-16 1997-09-30 1997-10-14 1997-10-28'],
    ['FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH', '1997-09-02', '1997-09-02 1997-09-04 1997-09-09 1997-09-11 1997-09-16'],
    ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO', '1997-08-05', '1997-08-05 1997-08-10 1997-08-19 1997-08-24'],
    ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', '1997-08-05', '1997-08-05 1997-08-17 1997-08-19 1997-08-31'],
    ['FREQ=MONTHLY;COUNT=10;BYDAY=1FR', '1997-09-05', '1997-09-05 1997-10-03 1997-11-07 1997-12-05 1998-01-02'],
    ['FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU', '1997-09-07', '1997-09-07 1997-09-28 1997-11-02 1997-11-30 1998-01-04'],
    ['FREQ=MONTHLY;BYMONTHDAY=-3', '1997-09-28', '1997-09-28 1997-10-29 1997-11-28 1997-12-29 1998-01-29 1998-02-26'],
    ['FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1', '1997-09-30', '1997-09-30 1997-10-01 1997-10-31 1997-11-01 1997-11-30 1997-12-01'],
    [
      'FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11',
      '1997-09-10',
      '1997-09-10 1997-09-11 1999-03-10 1999-03-11 2000-09-10',
    ],
    ['FREQ=YEARLY;COUNT=10;BYMONTH=6,7', '1997-06-10', '1997-06-10 1997-07-10 1998-06-10 1998-07-10 1999-06-10'],
    ['FREQ=YEARLY;BYDAY=20MO', '1997-05-19', '1997-05-19 1998-05-18 1999-05-17'],
    ['FREQ=YEARLY;BYMONTH=3;BYDAY=TH', '1997-03-13', '1997-03-13 1997-03-20 1997-03-27 1998-03-05'],
    ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '1998-02-13', '1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13'],
    [
      'FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13',
      '1997-09-13',
      '1997-09-13 1997-10-11 1997-11-08 1997-12-13 1998-01-10',
    ],
    ['FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8', '1996-11-05', '1996-11-05 2000-11-07 2004-11-02'],
    ['FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3', '1997-09-04', '1997-09-04 1997-10-07 1997-11-06'],
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2', '1997-09-29', '1997-09-29 1997-10-30 1997-11-27 1997-12-30 1998-01-29'],
    ['FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5', '2007-01-15', '2007-01-15 2007-01-30 2007-02-15 2007-03-15 2007-03-30'],
  ])('%s from %s', (rule, start, days) => {
    const wanted = days.split(' ');
    expect(daysOf(rule, start, wanted.length)).toEqual(wanted);
  });
});
