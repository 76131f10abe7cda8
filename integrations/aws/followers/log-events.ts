import type { LedgerRecord } from '../../../domain/record.js';

/** A line as CloudWatch Logs takes it. */
export interface LogEvent {
  /** Epoch milliseconds. */
  timestamp: number;
  message: string;
}

// Limits of PutLogEvents (contracts 6).
const mostEvents = 10_000;
/** Of a batch, and so of one event: UTF-8, with 26 bytes for each event. */
const mostBytes = 1_048_576;
const perEvent = 26;
const longestSpan = 24 * 3_600_000;
const oldest = 14 * 24 * 3_600_000;
const furthestAhead = 2 * 3_600_000;

const size = ({ message }: LogEvent): number => Buffer.byteLength(message, 'utf8') + perEvent;

/** Whether CloudWatch Logs would drop it. `now`: epoch milliseconds. */
export function outOfRange({ at }: LedgerRecord, now: number): boolean {
  const age = now - Date.parse(at);
  return !(age <= oldest && age >= -furthestAhead);
}

/** The whole line; where that is more than an event can hold, without its data, and it says so. */
export function eventOf(line: LedgerRecord): LogEvent {
  const { seq, at, incident, phase, state, says, once, data, hash } = line;
  const timestamp = Date.parse(at);
  const told = { seq, at, incident, phase, state, says, ...(once === undefined ? {} : { once }), hash };
  const whole = { timestamp, message: JSON.stringify(data === undefined ? told : { ...told, data }) };
  if (size(whole) <= mostBytes) return whole;
  const short = { ...told, says: says.slice(0, 10_000), dataOmitted: Buffer.byteLength(JSON.stringify(data ?? {}), 'utf8') };
  return { timestamp, message: JSON.stringify(short) };
}

/** In the order of their times, without which a whole call fails, and each within every limit of one call. */
export function batches(events: readonly LogEvent[]): LogEvent[][] {
  const made: LogEvent[][] = [];
  let current: LogEvent[] = [];
  let bytes = 0;
  for (const event of events.toSorted((one, other) => one.timestamp - other.timestamp)) {
    const first = current[0];
    const full =
      current.length >= mostEvents ||
      bytes + size(event) > mostBytes ||
      (first !== undefined && event.timestamp - first.timestamp > longestSpan);
    if (first !== undefined && full) {
      made.push(current);
      current = [];
      bytes = 0;
    }
    current.push(event);
    bytes += size(event);
  }
  return current.length > 0 ? [...made, current] : made;
}
