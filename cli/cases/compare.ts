import { canonicalJson } from '../../domain/json.js';
import type { Expected, LoadedCase } from '../../rules/language/case-set.js';
import type { Found, Why } from './verdict.js';

/** What one delivery came to that was not expected. */
export interface Difference {
  /** From 0. */
  delivery: number;
  /** For people, in the words of `rules explain`. */
  lines: string[];
}

/** Only what differs. */
export function differences({ deliveries }: LoadedCase, found: readonly Found[]): Difference[] {
  return deliveries.flatMap(({ expected }, delivery): Difference[] => {
    const came = found[delivery];
    const lines = came ? linesOf(expected, came) : [];
    return lines.length === 0 ? [] : [{ delivery, lines }];
  });
}

function linesOf(wanted: Expected, came: Found): string[] {
  if (wanted.verb !== came.verb || canonicalJson(wanted.of) !== canonicalJson(came.of))
    return [pair(verdictWords(wanted), verdictWords(came)), ...came.why.map(whyLine)].flat();
  const lines: string[] = [];
  if (wanted.target !== undefined && wanted.target !== came.target?.name && wanted.target !== came.target?.id)
    lines.push(...pair(`target ${wanted.target}`, `target ${came.target?.id ?? '-'}`));
  for (const [name, value] of Object.entries(wanted.with ?? {})) {
    const has = came.with?.[name];
    if (has !== value) lines.push(...pair(`with.${name} ${JSON.stringify(value)}`, `with.${name} ${JSON.stringify(has) ?? '-'}`));
  }
  if (wanted.outcome !== undefined && wanted.outcome !== came.outcome)
    lines.push(...pair(`outcome ${wanted.outcome}`, `outcome ${came.outcome ?? '-'}`), ...came.why.map(whyLine));
  return lines;
}

const pair = (wanted: string, came: string): string[] => [`wanted  ${wanted}`, `found   ${came}`];

export const verdictWords = ({ verb, of }: Pick<Found, 'verb' | 'of'>): string => `${verb} ${of.join(', then ')}`.trim();

const guardWords = { allow: 'allow', refuse: 'REFUSE', ask: 'ask' } as const;

/** As `rules explain` shows the same line. */
function whyLine(why: Why): string {
  if ('condition' in why) {
    const { result, place, text, found } = why.condition;
    return columns([result, 7], [place, 12], [text, 42], [found, 0]);
  }
  if ('guard' in why) {
    const { verdict, guard, limit, found, setBy } = why.guard;
    return columns([guardWords[verdict], 7], [guard, 15], [limit, 12], [`${found} (${setBy})`, 0]);
  }
  return columns(['', 7], [why.place, 15], [why.says, 0]);
}

const columns = (...cells: [string, number][]): string =>
  cells
    .map(([text, width]) => (text.length < width ? text.padEnd(width) : `${text}${width > 0 ? '  ' : ''}`))
    .join('')
    .trimEnd();
