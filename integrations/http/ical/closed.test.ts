import { describe, expect, it } from '@jest/globals';
import { readCalendar } from '../clients/ical.js';
import { calendarText, fileOf, ownZone } from '../testkit/calendar-text.js';
import { closedAt } from './closed.js';
import { isZone } from './zones.js';

const iso = (ms: number | undefined): string => (ms === undefined ? 'no end' : new Date(ms).toISOString().replace('.000Z', 'Z'));
/** Until when it is closed at a time; `open`. */
const until = (text: string, at: string, zone?: string): string => {
  const closing = closedAt(readCalendar(text), Date.parse(at), zone, () => true);
  return closing ? iso(closing.until) : 'open';
};

describe('row 17: one event', () => {
  const freeze = calendarText('UID:a\nSUMMARY:Freeze\nDTSTART:20261218T080000Z\nDTEND:20261218T180000Z');

  it('holds from its first millisecond, and at its end no more', () => {
    expect(until(freeze, '2026-12-18T07:59:59.999Z')).toBe('open');
    expect(until(freeze, '2026-12-18T08:00:00Z')).toBe('2026-12-18T18:00:00Z');
    expect(until(freeze, '2026-12-18T17:59:59.999Z')).toBe('2026-12-18T18:00:00Z');
    expect(until(freeze, '2026-12-18T18:00:00Z')).toBe('open');
  });

  it('has its end by DTEND, by DURATION, by its day, or none: then it takes no time', () => {
    const lasting = (end: string) => calendarText(`UID:a\nDTSTART:20261218T080000Z\n${end}`);
    expect(until(lasting('DURATION:PT10H'), '2026-12-18T12:00:00Z')).toBe('2026-12-18T18:00:00Z');
    expect(until(lasting('DURATION:P1W'), '2026-12-18T12:00:00Z')).toBe('2026-12-25T08:00:00Z');
    expect(until(lasting('X-NONE:1'), '2026-12-18T08:00:00Z')).toBe('open');
    const days = (end: string) => calendarText(`UID:a\nDTSTART;VALUE=DATE:20261218\n${end}`);
    expect(until(days('X-NONE:1'), '2026-12-18T12:00:00Z')).toBe('2026-12-19T00:00:00Z');
    expect(until(days('DTEND;VALUE=DATE:20261218'), '2026-12-18T12:00:00Z')).toBe('2026-12-19T00:00:00Z');
    expect(until(days('DTEND;VALUE=DATE:20270102'), '2027-01-01T23:59:59Z')).toBe('2027-01-02T00:00:00Z');
  });

  it.each([
    ['cancelled', 'STATUS:CANCELLED'],
    ['keeps nobody busy', 'TRANSP:TRANSPARENT'],
  ])('that is %s closes nothing', (_what, line) => {
    expect(until(calendarText(`UID:a\nDTSTART;VALUE=DATE:20261218\n${line}`), '2026-12-18T12:00:00Z')).toBe('open');
  });

  it('that is only tentative closes', () => {
    expect(until(calendarText('UID:a\nDTSTART;VALUE=DATE:20261218\nSTATUS:TENTATIVE'), '2026-12-18T12:00:00Z')).not.toBe('open');
  });
});

describe('several events', () => {
  const span = (uid: string, from: string, to: string) =>
    `UID:${uid}\nSUMMARY:${uid}\nDTSTART:202612${from}00Z\nDTEND:202612${to}00Z`;

  it('that follow one another without a gap, or lie over each other, are one closing to the end of the last', () => {
    const text = calendarText(span('b', '18T1000', '18T1200'), span('a', '18T0800', '18T1000'), span('c', '18T1130', '19T0000'));
    expect(until(text, '2026-12-18T08:30:00Z')).toBe('2026-12-19T00:00:00Z');
    expect(closedAt(readCalendar(text), Date.parse('2026-12-18T11:45:00Z'), undefined, () => true)?.summary).toBe('c');
  });

  it('with a gap between them are not', () => {
    const text = calendarText(span('a', '18T0800', '18T1000'), span('b', '18T1001', '18T1200'));
    expect(until(text, '2026-12-18T08:30:00Z')).toBe('2026-12-18T10:00:00Z');
    expect(until(text, '2026-12-18T10:00:30Z')).toBe('open');
  });

  it('without an end to be seen say none, and come to an end all the same', () => {
    const text = calendarText('UID:a\nDTSTART;VALUE=DATE:20200101\nRRULE:FREQ=DAILY');
    expect(until(text, '2026-12-18T08:30:00Z')).toBe('no end');
  });
});

describe('recurrence in a calendar', () => {
  const daily = (more = '', others: string[] = []) =>
    calendarText(`UID:a\nSUMMARY:Nightly\nDTSTART:20261201T220000Z\nDTEND:20261201T230000Z\nRRULE:FREQ=DAILY${more}`, ...others);
  const at = (day: string) => `2026-12-${day}T22:30:00Z`;

  it('UNTIL names the last moment at which one may begin, COUNT how many there are', () => {
    expect(until(daily(';UNTIL=20261205T220000Z'), at('05'))).toBe('2026-12-05T23:00:00Z');
    expect(until(daily(';UNTIL=20261205T215959Z'), at('05'))).toBe('open');
    expect(until(daily(';UNTIL=20261205'), at('05'))).not.toBe('open');
    expect(until(daily(';UNTIL=20261205'), at('06'))).toBe('open');
    expect(until(daily(';COUNT=3'), at('03'))).not.toBe('open');
    expect(until(daily(';COUNT=3'), at('04'))).toBe('open');
  });

  it.each([
    ['EXDATE:20261203T220000Z', 'as a time'],
    ['EXDATE;VALUE=DATE:20261203', 'as a day'],
    ['EXDATE;TZID=Europe/Berlin:20261203T230000', 'in another time zone'],
  ])('%s takes one out, %s', (line) => {
    const text = daily(`\n${line}`);
    expect([until(text, at('02')), until(text, at('03')), until(text, at('04'))].map((one) => one !== 'open')).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('a day is taken out by its day, and by a time of it as well', () => {
    for (const line of ['EXDATE;VALUE=DATE:20261203', 'EXDATE:20261203T000000Z', 'EXDATE;TZID=Asia/Tokyo:20261203T000000']) {
      const days = calendarText(`UID:a\nDTSTART;VALUE=DATE:20261201\nRRULE:FREQ=DAILY;COUNT=5\n${line}`);
      expect(until(days, '2026-12-03T12:00:00Z')).toBe('open');
      expect(until(days, '2026-12-02T12:00:00Z')).toBe('2026-12-03T00:00:00Z');
      expect(until(days, '2026-12-04T12:00:00Z')).toBe('2026-12-06T00:00:00Z');
    }
  });

  it('an occurrence that was moved, renamed, cancelled or made free is that, and no more the one it was', () => {
    const instead = (lines: string) => daily('', [`UID:a\nRECURRENCE-ID:20261203T220000Z\n${lines}`]);
    const moved = instead('DTSTART:20261203T100000Z\nDTEND:20261203T110000Z');
    expect(until(moved, at('03'))).toBe('open');
    expect(until(moved, '2026-12-03T10:30:00Z')).toBe('2026-12-03T11:00:00Z');
    expect(closedAt(readCalendar(moved), Date.parse('2026-12-03T10:30:00Z'), undefined, () => true)?.summary).toBe('Nightly');
    for (const lines of ['STATUS:CANCELLED', 'TRANSP:TRANSPARENT'])
      expect(until(instead(`DTSTART:20261203T220000Z\nDTEND:20261203T230000Z\n${lines}`), at('03'))).toBe('open');
    const renamed = instead('SUMMARY:Other\nDTSTART:20261203T220000Z\nDTEND:20261203T230000Z');
    const nightly = ({ summary }: { summary: string }): boolean => summary === 'Nightly';
    expect(closedAt(readCalendar(renamed), Date.parse(at('03')), undefined, nightly)).toBeUndefined();
    expect(closedAt(readCalendar(renamed), Date.parse(at('04')), undefined, nightly)).toBeDefined();
    // Another event's occurrence at the same time stays.
    expect(
      until(daily('', ['UID:b\nRECURRENCE-ID:20261203T220000Z\nDTSTART:20261209T000000Z\nSTATUS:CANCELLED']), at('03')),
    ).not.toBe('open');
  });

  it('RDATE adds some, with an end of their own where they are periods', () => {
    const text = daily(
      ';COUNT=1\nRDATE:20261220T100000Z\nRDATE;VALUE=PERIOD:20261221T100000Z/PT4H,20261222T100000Z/20261222T103000Z',
    );
    expect(until(text, '2026-12-20T10:30:00Z')).toBe('2026-12-20T11:00:00Z');
    expect(until(text, '2026-12-21T13:00:00Z')).toBe('2026-12-21T14:00:00Z');
    expect(until(text, '2026-12-22T10:15:00Z')).toBe('2026-12-22T10:30:00Z');
    expect(until(text, '2026-12-22T10:45:00Z')).toBe('open');
  });

  it('occurrences longer than what lies between them are seen from every one of their days', () => {
    const text = calendarText('UID:a\nDTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261211\nRRULE:FREQ=YEARLY');
    expect(until(text, '2030-12-10T23:59:00Z')).toBe('2030-12-11T00:00:00Z');
    expect(until(text, '2030-12-11T00:00:00Z')).toBe('open');
  });
});

describe('time zones', () => {
  const berlin = (zone: string, parts: string[] = []) =>
    fileOf([
      ...parts,
      `BEGIN:VEVENT\nUID:a\nDTSTART;TZID=${zone}:20261023T080000\nDTEND;TZID=${zone}:20261023T180000\nRRULE:FREQ=DAILY\nEND:VEVENT`,
    ]);

  it.each([
    ['that is known by its name', berlin('Europe/Berlin')],
    ['that the file describes', berlin('W. Europe Standard Time', [ownZone])],
    [
      'that the file describes at odds with the database, which then counts',
      berlin('Europe/Berlin', [ownZone.replace('W. Europe Standard Time', 'Europe/Berlin').replaceAll('+0', '+1')]),
    ],
  ])('one %s: the clock on the wall counts, before and after it is changed', (_what, text) => {
    expect(until(text, '2026-10-24T06:00:00Z')).toBe('2026-10-24T16:00:00Z');
    expect(until(text, '2026-10-24T05:59:59Z')).toBe('open');
    expect(until(text, '2026-10-25T06:30:00Z')).toBe('open');
    expect(until(text, '2026-10-25T07:00:00Z')).toBe('2026-10-25T17:00:00Z');
    expect(until(text, '2031-07-01T06:00:00Z')).toBe('2031-07-01T16:00:00Z');
  });

  it('days and times without one are where the policy says, or the file, or in UTC', () => {
    const days = (parts: string[] = []) => fileOf([...parts, 'BEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20261224\nEND:VEVENT']);
    expect(until(days(), '2026-12-24T00:00:00Z')).toBe('2026-12-25T00:00:00Z');
    expect(until(days(['X-WR-TIMEZONE:America/New_York']), '2026-12-25T04:59:00Z')).toBe('2026-12-25T05:00:00Z');
    expect(until(days(['X-WR-TIMEZONE:America/New_York']), '2026-12-23T23:30:00Z', 'Europe/Berlin')).toBe('2026-12-24T23:00:00Z');
    expect(until(days(['X-WR-TIMEZONE:nowhere']), '2026-12-24T00:00:00Z')).toBe('2026-12-25T00:00:00Z');
  });

  it('a day on which the clocks change has 23 or 25 hours', () => {
    const days = calendarText('UID:a\nDTSTART;VALUE=DATE:20260329', 'UID:b\nDTSTART;VALUE=DATE:20261025');
    expect(until(days, '2026-03-29T00:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T22:00:00Z');
    expect(until(days, '2026-10-25T00:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T23:00:00Z');
  });

  it('a time that there is twice is the first of the two; one that is left out is reckoned by the clock before', () => {
    const from = (time: string) => calendarText(`UID:a\nDTSTART;TZID=Europe/Berlin:${time}\nDURATION:PT1H`);
    expect(until(from('20261025T023000'), '2026-10-25T00:30:00Z')).toBe('2026-10-25T01:30:00Z');
    expect(until(from('20260329T023000'), '2026-03-29T01:30:00Z')).toBe('2026-03-29T02:30:00Z');
  });

  it('names are those of the database', () => {
    expect(['Europe/Berlin', 'UTC', 'America/New_York'].every(isZone)).toBe(true);
    expect(['W. Europe Standard Time', 'Mars/Olympus', ''].some(isZone)).toBe(false);
  });
});

describe('what cannot be read is not open', () => {
  const event = (lines: string) => calendarText(`UID:a\n${lines}`);
  it.each([
    ['nothing', ''],
    ['a page to log in', '<html><body>Log in</body></html>'],
    ['JSON', '{"a": 1}'],
    ['half a file', calendarText('UID:a\nDTSTART:20261218T080000Z').slice(0, 90)],
    ['an address card', 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nEND:VCARD\r\n'],
    ['two calendars', `${calendarText()}${calendarText()}`],
    ['an event without a beginning', event('SUMMARY:x')],
    ['a beginning that is no time', event('DTSTART:garbage')],
    ['an end that is no time', event('DTSTART:20261218T080000Z\nDTEND:20261399T080000Z')],
    ['an end before the beginning', event('DTSTART:20261218T080000Z\nDTEND:20161228T080000Z')],
    ['an end a little before the beginning', event('DTSTART:20261218T120000Z\nDTEND:20261218T110000Z')],
    ['a day that ends at a time', event('DTSTART;VALUE=DATE:20261218\nDTEND:20261219T080000Z')],
    ['a duration that is none', event('DTSTART:20261218T080000Z\nDURATION:soon')],
    ['a duration below nothing', event('DTSTART:20261218T080000Z\nDURATION:-PT1H')],
    ['a zone that nobody knows', event('DTSTART;TZID=Mars/Olympus:20261218T080000\nDURATION:PT9H')],
    ['every hour', event('DTSTART:20261201T080000Z\nRRULE:FREQ=HOURLY')],
    ['a part of a rule that is not read', event('DTSTART:20261201T080000Z\nRRULE:FREQ=YEARLY;BYWEEKNO=20')],
    ['a part of a rule that nobody knows', event('DTSTART:20261201T080000Z\nRRULE:FREQ=YEARLY;SKIP=FORWARD')],
    ['a rule that is none', event('DTSTART:20261201T080000Z\nRRULE:FREQ=SOMETIMES')],
    ['the third Monday of a week', event('DTSTART:20261201T080000Z\nRRULE:FREQ=WEEKLY;BYDAY=3MO')],
    ['all later ones changed', event('DTSTART:20261201T080000Z\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261201T080000Z')],
    ['several years that recur', event('DTSTART;VALUE=DATE:20101201\nDTEND;VALUE=DATE:20201201\nRRULE:FREQ=YEARLY')],
  ])('%s', (_what, text) => {
    expect(() => until(text, '2026-12-18T12:00:00Z')).toThrow(expect.objectContaining({ name: 'Unreadable' }));
  });

  it('a rule of a time zone that the library might never come back from: neither is it asked, nor is it taken for UTC', () => {
    const zone = ownZone.replace('BYDAY=-1SU;BYMONTH=10', 'BYMONTHDAY=-1').replace('FREQ=YEARLY', 'FREQ=DAILY');
    const text = fileOf([
      zone,
      'BEGIN:VEVENT\nUID:a\nDTSTART;TZID=W. Europe Standard Time:20261218T080000\nDURATION:PT9H\nEND:VEVENT',
    ]);
    expect(() => until(text, '2026-12-18T12:00:00Z')).toThrow(/time zone W\. Europe Standard Time/);
  });

  it('more that recurs than can be looked through is said, and not waited for', () => {
    const many = Array.from(
      { length: 3_000 },
      (_, index) => `UID:${index}\nDTSTART;VALUE=DATE:20000101\nRRULE:FREQ=YEARLY;BYDAY=MO;BYSETPOS=-1`,
    );
    expect(() => until(calendarText(...many), '2026-12-28T12:00:00Z')).toThrow(/more that recurs/);
  });
});
