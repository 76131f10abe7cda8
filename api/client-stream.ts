import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerRecord } from '../domain/record.js';
import { ApiError, connectionFailed, readProblem } from './client-error.js';

export interface Watch {
  signal?: AbortSignal;
  /** Start after this line. */
  after?: number;
  /** Told when the stream broke and is opened again. */
  onReconnect?: (why: string) => void;
}

interface StreamOptions {
  url: string;
  token?: string | undefined;
  fetch?: typeof fetch;
}

const reconnectMs = 1000;

interface Position {
  /** Number of the last line that was read, or where the API said that the stream begins. */
  last: number | undefined;
  /** Whether there ever was a stream. */
  connected: boolean;
}

/** Reads a timeline by server-sent events, and takes it up again after the last line when the connection breaks. */
export async function followStream(
  options: StreamOptions,
  path: string,
  onLine: (line: LedgerRecord) => void | 'stop',
  watch: Watch,
): Promise<void> {
  const signal = watch.signal ?? new AbortController().signal;
  const position: Position = { last: watch.after, connected: false };
  for (;;) {
    try {
      const response = await open(options, path, position.last, signal);
      position.connected = true;
      if ((await readOn(response, onLine, position)) === 'stop') return;
      watch.onReconnect?.('the API closed the stream');
    } catch (error) {
      if (signal.aborted) return;
      if (isFinal(error, position)) throw error;
      watch.onReconnect?.(error instanceof Error ? error.message : String(error));
    }
    await pause(reconnectMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

/** A refusal is final; that nobody is there is final only at first, and is waited out later. */
function isFinal(error: unknown, { connected }: Position): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.kind !== 'unavailable' || (error.status === 0 && !connected);
}

async function readOn(
  response: Response,
  onLine: (line: LedgerRecord) => void | 'stop',
  position: Position,
): Promise<'stop' | undefined> {
  for await (const { id, data } of events(response)) {
    if (id !== undefined) position.last = Number(id);
    if (data !== undefined && onLine(JSON.parse(data) as LedgerRecord) === 'stop') return 'stop';
  }
  return undefined;
}

async function open(options: StreamOptions, path: string, last: number | undefined, signal: AbortSignal): Promise<Response> {
  const send = options.fetch ?? fetch;
  const response = await send(new URL(path, options.url), {
    redirect: 'error',
    signal,
    headers: {
      accept: 'text/event-stream',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(last === undefined ? {} : { 'last-event-id': String(last) }),
    },
  }).catch((error: unknown) => {
    throw connectionFailed(options.url, error);
  });
  if (!response.ok) throw await readProblem(response);
  return response;
}

/** Events of one response. Comments keep the connection open and mean nothing. */
async function* events(response: Response): AsyncGenerator<{ id: string | undefined; data: string | undefined }> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const complete = rest.split('\n\n');
    rest = complete.pop() ?? '';
    for (const event of complete) yield { id: field(event, 'id: '), data: field(event, 'data: ') };
  }
}

/** Our API writes every field on one line. */
const field = (event: string, name: string): string | undefined =>
  event
    .split('\n')
    .find((line) => line.startsWith(name))
    ?.slice(name.length);
