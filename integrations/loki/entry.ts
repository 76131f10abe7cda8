import type { LedgerRecord, RecordState } from '../../domain/record.js';
import { jsonOfLine } from '../wire/sink-line.js';

/** Nanoseconds since the epoch as text, the line, and its structured metadata: flat, texts only (contracts 3.3). */
export type LokiEntry = readonly [at: string, line: string, metadata: Readonly<Record<string, string>>];

/** Loki's own limit is 256 KiB (max_line_size). Bytes. */
const longestLine = 250_000;

/**
 * The line's own millisecond and, as nanoseconds on top, its number: of two lines in one millisecond the later one stays the later one, and
 * a line that is sent again has the same time, by which Loki drops it. A thousand million lines move it by a second.
 */
export const stampOf = ({ at, seq }: Pick<LedgerRecord, 'at' | 'seq'>): string =>
  (BigInt(Date.parse(at)) * 1_000_000n + BigInt(seq)).toString();

/** Without one Loki guesses it from the words of the line (discover_log_levels). */
const levels: Readonly<Record<RecordState, string>> = {
  ok: 'info',
  info: 'info',
  waiting: 'info',
  refused: 'warn',
  failed: 'error',
  unknown: 'error',
};

/**
 * `rule`: what decided this incident. Loki drops a repeat only when line, time and metadata are the same (pkg/chunkenc/unordered.go): nothing
 * of the moment of sending may stand in them.
 */
export function entryOf(line: LedgerRecord, rule: string | undefined): LokiEntry {
  const { incident, phase, state, seq } = line;
  const metadata = { incident, phase, state, level: levels[state], seq: String(seq), ...(rule === undefined ? {} : { rule }) };
  return [stampOf(line), jsonOfLine(line, longestLine), metadata];
}
