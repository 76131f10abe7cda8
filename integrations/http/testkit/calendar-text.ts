/** A calendar file of these events: each a list of content lines, or all of them in one text. */
export const calendarText = (...events: readonly string[]): string =>
  fileOf(events.map((lines) => `BEGIN:VEVENT\n${lines}\nEND:VEVENT`));

/** A calendar file of these components and properties. */
export const fileOf = (parts: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...parts, 'END:VCALENDAR', '']
    .flatMap((part) => part.split('\n'))
    .map((line) => line.trim())
    .join('\r\n');

/** As Outlook describes a time zone under a name of its own. */
export const ownZone = `BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE`;
