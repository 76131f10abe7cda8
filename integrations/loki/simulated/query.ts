import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { json } from '../../wire/simulated/body.js';
import { said } from './push.js';
import { named, type StoredLine, type Streams } from './streams.js';

interface Asked {
  labels: readonly (readonly [string, string])[];
  metadata: readonly (readonly [string, string])[];
  contains: readonly string[];
}

/**
 * Source: Loki HTTP API (contracts 3.3 names it). `GET /loki/api/v1/query_range` with the least of LogQL: `{label="value"} |= "text" | metadata="value"`. Answered as Loki does, the
 * structured metadata among the labels and one stream for each set of them.
 */
export function queryRange({ query }: WireRequest, streams: Streams, now: number): WireResponse {
  const asked = read(query.get('query') ?? '');
  if (!asked) return said(400, 'parse error at line 1, col 1: syntax error: unexpected IDENTIFIER');
  const [start, end] = [nanoseconds(query.get('start'), now - 3_600_000), nanoseconds(query.get('end'), now)];
  const backward = query.get('direction') !== 'forward';
  const found = streams
    .all()
    .filter(({ labels }) => asked.labels.every(([name, value]) => labels[name] === value))
    .flatMap(({ labels, lines }) => lines.map((line) => ({ labels: { ...labels, ...line.metadata }, line })))
    .filter(({ labels, line }) => line.at >= start && line.at < end && suits(asked, labels, line))
    .sort((one, other) => order(one.line, other.line) * (backward ? -1 : 1))
    .slice(0, Number(query.get('limit') ?? 100));
  const result = new Map<string, { stream: Record<string, string>; values: string[][] }>();
  for (const { labels, line } of found) {
    const key = named(labels);
    const group = result.get(key) ?? { stream: labels, values: [] };
    group.values.push([String(line.at), line.line]);
    result.set(key, group);
  }
  return json(200, { status: 'success', data: { resultType: 'streams', result: [...result.values()], stats: {} } });
}

const order = (one: StoredLine, other: StoredLine): number => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0);

const suits = ({ metadata, contains }: Asked, labels: Record<string, string>, { line }: StoredLine): boolean =>
  metadata.every(([name, value]) => labels[name] === value) && contains.every((part) => line.includes(part));

const pair = /([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*("(?:[^"\\]|\\.)*")/;
const whole =
  /^\s*\{((?:[^}"]|"(?:[^"\\]|\\.)*")*)\}((?:\s*(?:\|=\s*"(?:[^"\\]|\\.)*"|\|\s*[a-zA-Z_]\w*\s*=\s*"(?:[^"\\]|\\.)*"))*)\s*$/;

function read(query: string): Asked | undefined {
  const [, inside = '', after = ''] = whole.exec(query) ?? [];
  const labels = [...inside.matchAll(new RegExp(pair, 'g'))].map(pairOf);
  if (labels.length === 0) return undefined;
  const metadata = [...after.matchAll(new RegExp(`\\|\\s*${pair.source}`, 'g'))].map(pairOf);
  const contains = [...after.matchAll(/\|=\s*("(?:[^"\\]|\\.)*")/g)].map(([, quoted = '""']) => String(JSON.parse(quoted)));
  return { labels, metadata, contains };
}

const pairOf = ([, name = '', quoted = '""']: RegExpMatchArray): readonly [string, string] => [name, String(JSON.parse(quoted))];

/** Nanoseconds, or seconds with or without a fraction, or RFC 3339. */
function nanoseconds(given: string | null, otherwise: number): bigint {
  if (given === null || given === '') return BigInt(otherwise) * 1_000_000n;
  if (/^\d{11,}$/.test(given)) return BigInt(given);
  const ms = /^[\d.]+$/.test(given) ? Number(given) * 1_000 : Date.parse(given);
  return BigInt(Math.round(ms)) * 1_000_000n;
}
