import type { LedgerRecord } from '../../domain/record.js';
import { epochMs } from '../../domain/words.js';
import { type Colours, wrapped } from '../output.js';

/** Width that every line keeps to. */
const columns = 100;
const indent = 22;

/** Prints one incident's timeline: the state in words first, colour last. */
export interface TimelinePrinter {
  line: (record: LedgerRecord, effect?: number) => void;
  aside: (says: string) => void;
  rows: (...rows: string[]) => void;
}

export type Print = (line: string) => void;

export function timelinePrinter(print: Print, paint: Colours): TimelinePrinter {
  let first: number | undefined;
  const put = (at: number, phase: string, says: string, right: string, tone: (text: string) => string) => {
    first ??= at;
    const seconds = `${((at - first) / 1000).toFixed(2)}${first === at ? ' s' : '  '}`;
    const [head = '', ...rest] = wrapped(says, columns - indent - (right ? right.length + 2 : 0));
    const lead = `   ${seconds.padStart(7)} ${phase.padEnd(indent - 11)}`;
    const pad = right ? ' '.repeat(Math.max(2, columns - lead.length - head.length - right.length)) + right : '';
    print(`${lead}${tone(head)}${pad}`);
    for (const more of rest) print(' '.repeat(indent) + tone(more));
  };
  const tones: Partial<Record<LedgerRecord['state'], (text: string) => string>> = {
    refused: paint.red,
    failed: paint.yellow,
    unknown: paint.red,
    waiting: paint.cyan,
  };
  const plain = (text: string) => text;
  return {
    line: (record, effect) =>
      put(
        epochMs(record.at),
        record.phase,
        record.says,
        effect === undefined ? '' : `effect ${effect}`,
        tones[record.state] ?? plain,
      ),
    aside: (says) => put(Date.now(), '(demo)', says, '', paint.dim),
    rows: (...rows) => {
      for (const row of rows) print(' '.repeat(indent) + row);
    },
  };
}

/** Left and right on one line of the page's width. */
export const spread = (left: string, right: string): string =>
  left.length + right.length + 2 > columns ? `${left}  ${right}` : left + right.padStart(columns - left.length);
