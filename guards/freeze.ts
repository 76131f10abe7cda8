import type { Guard } from '../domain/admission.js';
import type { CalendarWord } from '../domain/calendar.js';
import { epochMs, listed } from '../domain/words.js';
import { allow, freeAt, refuse } from './say.js';

export const freeze: Guard = {
  id: 'freeze',
  sentence:
    'Nothing is done in a freeze, a maintenance window or while a change calendar is closed, but for the risks that it lets through.',
  asked: ['preview', 'admission'],
  judge: ({ now, calendars, step }) => {
    const limit = 'open';
    const closed = calendars.words.filter((word) => word.closed && endOf(word) > now);
    const [longest] = closed.filter(({ allow: through }) => !through.includes(step.risk)).sort((a, b) => endOf(b) - endOf(a));
    if (longest) {
      const said = refuse(limit, `${longest.says} (${longest.from})`);
      return Number.isFinite(endOf(longest)) ? freeAt(said, endOf(longest)) : said;
    }
    const blind = calendars.unknown.map(({ from, because }) => `${from}, ${because}`);
    if (blind.length > 0) return refuse(limit, `not known: ${listed(blind)}`);
    const [through] = closed;
    if (through) return allow(limit, `${through.says} (${through.from}) lets ${step.risk} through`);
    return allow(
      limit,
      calendars.words.length > 0 ? `open (${listed([...new Set(calendars.words.map(({ from }) => from))])})` : 'none',
    );
  },
};

/** One whose end cannot be read has none. */
function endOf({ until }: CalendarWord): number {
  const end = until === undefined ? Number.NaN : epochMs(until);
  return Number.isNaN(end) ? Number.POSITIVE_INFINITY : end;
}
