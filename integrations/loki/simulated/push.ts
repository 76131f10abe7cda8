import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import type { LokiSettings } from './settings.js';
import { named, type StoredLine, type StoredStream, type Streams } from './streams.js';

export const said = (status: number, words: string): WireResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: `${words}\n`,
});

/** contracts 3.3: the time is a text of nanoseconds, a number is refused; structured metadata is flat and holds texts only. */
const pushed = z.object({
  streams: z.array(
    z.object({
      stream: z.record(z.string(), z.string()),
      values: z.array(
        z.union([
          z.tuple([z.string().regex(/^-?\d{1,19}$/), z.string()]),
          z.tuple([z.string().regex(/^-?\d{1,19}$/), z.string(), z.record(z.string(), z.string())]),
        ]),
      ),
    }),
  ),
});

/** Room left at once, and since when it has been filling. */
export interface Bucket {
  room: number;
  at: number;
}

interface Desk {
  streams: Streams;
  settings: LokiSettings;
  bucket: Bucket;
  /** Epoch milliseconds. */
  now: number;
}

/** `POST /loki/api/v1/push`. What is wrong with a line leaves the other lines of its request stored. */
export function push(desk: Desk, request: WireRequest): WireResponse {
  const { settings } = desk;
  const read = bodyOf(request);
  if (typeof read === 'string') return said(400, read);
  const given = read.flatMap(({ labels, lines }) => lines.map((line) => ({ labels, line })));
  if (given.length === 0) return said(422, 'error at least one valid stream is required for ingestion');
  const wrong: string[] = [];
  const good = given.filter(({ labels, line }) => {
    const problem = problemOf(desk, labels, line);
    if (problem !== undefined) wrong.push(problem);
    return problem === undefined;
  });
  // contracts 3.3: 260, which is 2xx, for what an operator has blocked.
  if (settings.blocked && wrong.length === 0) {
    const until = new Date(desk.now + 3_600_000).toISOString();
    return said(260, `ingestion blocked for user 'fake' until '${until}' with status code '260'`);
  }
  const bytes = good.reduce((sum, { line }) => sum + sizeOf(line), 0);
  if (good.length > 0 && !hasRoom(desk, bytes))
    return said(
      429,
      `ingestion rate limit exceeded for user fake (limit: ${settings.rate} bytes/sec) while attempting to ingest '${good.length}' lines totaling '${bytes}' bytes, reduce log volume or contact your Loki administrator to see if the limit can be increased`,
    );
  const late = good.filter(({ labels, line }) => !store(desk, labels, line));
  if (wrong[0] !== undefined) return said(400, `${wrong.length} errors like: ${wrong[0]}`);
  const [first] = late;
  if (first)
    return said(
      400,
      `entry with timestamp ${text(first.line.at)} ignored, reason: 'entry too far behind, entry timestamp is: ${text(first.line.at)}',\nuser 'fake', total ignored: ${late.length} out of ${good.length} for stream: ${named(first.labels)}`,
    );
  return { status: 204 };
}

/** contracts 3.3: plain, or packed with gzip. */
function bodyOf({ headers, body }: WireRequest): StoredStream[] | string {
  const encoding = headers['content-encoding'] ?? '';
  if (!['', 'gzip'].includes(encoding)) return `Content-Encoding "${encoding}" not supported`;
  // Everything that is not JSON is read as a packed protobuf.
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return 'snappy: corrupt input';
  try {
    const parsed = pushed.safeParse(JSON.parse((encoding === 'gzip' ? gunzipSync(body) : body).toString('utf8')));
    if (!parsed.success) return "couldn't parse push request: Value looks like Number/Boolean/None, but can't find its end";
    return parsed.data.streams.map(({ stream, values }) => ({
      labels: withServiceName(stream),
      lines: values.map(([at, line, metadata = {}]) => ({ at: BigInt(at), line, metadata })),
    }));
  } catch {
    return "couldn't parse push request: invalid JSON";
  }
}

/** validation.discover-service-name, shortened to its usual names. */
const serviceLabels = ['service', 'app', 'application', 'name', 'container', 'component', 'job'];

/** contracts 3.3: `service_name` is added where it is missing. */
function withServiceName(labels: Record<string, string>): Record<string, string> {
  if ('service_name' in labels) return labels;
  const found = serviceLabels.find((name) => labels[name]);
  return { ...labels, service_name: (found && labels[found]) || 'unknown_service' };
}

/** pkg/validation/validate.go: its sentences, word for word. */
function problemOf({ settings, now }: Desk, labels: Record<string, string>, line: StoredLine): string | undefined {
  const stream = named(labels);
  // pkg/distributor/validator.go does not count the one that it adds itself.
  const names = Object.keys(labels).filter((name) => name !== 'service_name');
  const ms = Number(line.at / 1_000_000n);
  const [bytes, metadata] = [Buffer.byteLength(line.line), sizeOf({ ...line, line: '' })];
  if (names.length > settings.maxLabelNames)
    return `entry for stream '${stream}' has ${names.length} label names; limit ${settings.maxLabelNames}`;
  if (ms < now - settings.oldest)
    return `entry for stream '${stream}' has timestamp too old: ${text(line.at)}, oldest acceptable timestamp is: ${new Date(now - settings.oldest).toISOString()}`;
  if (ms > now + settings.furthestAhead) return `entry for stream '${stream}' has timestamp too new: ${text(line.at)}`;
  if (bytes > settings.maxLineSize)
    return `max entry size '${settings.maxLineSize}' bytes exceeded for stream '${stream}' while adding an entry with length '${bytes}' bytes`;
  if (Object.keys(line.metadata).length === 0) return undefined;
  if (!settings.allowStructuredMetadata)
    return `stream '${stream}' includes structured metadata, but this feature is disallowed. Please see \`limits_config.allow_structured_metadata\` or contact your Loki administrator to enable it`;
  if (metadata > settings.maxStructuredMetadataSize)
    return `stream '${stream}' has structured metadata too large: '${metadata}' bytes, limit: '${settings.maxStructuredMetadataSize}' bytes. Please see \`limits_config.max_structured_metadata_size\` or contact your Loki administrator to increase it`;
  return undefined;
}

/** contracts 3.3: out of order is accepted; `false`: further behind than its stream takes. */
function store({ streams, settings }: Desk, labels: Record<string, string>, line: StoredLine): boolean {
  const newest = streams.find(labels)?.lines.reduce((most, { at }) => (at > most ? at : most), 0n) ?? 0n;
  if (line.at < newest - BigInt(settings.farBehind) * 1_000_000n) return false;
  streams.add(labels, line);
  return true;
}

const sizeOf = ({ line, metadata }: StoredLine): number =>
  Object.entries(metadata).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), Buffer.byteLength(line));

/** contracts 3.3: so many bytes a second per tenant, and so many at once; a request that does not fit is refused as a whole. */
function hasRoom({ settings, bucket, now }: Desk, bytes: number): boolean {
  bucket.room = Math.min(settings.burst, bucket.room + ((now - bucket.at) / 1_000) * settings.rate);
  bucket.at = now;
  if (bytes > bucket.room) return false;
  bucket.room -= bytes;
  return true;
}

const text = (at: bigint): string => new Date(Number(at / 1_000_000n)).toISOString();
