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

/** Reads a timeline by server-sent events, and takes it up again after the last line when the connection breaks. */
export async function followStream(
  options: StreamOptions,
  path: string,
  onLine: (line: LedgerRecord) => void | 'stop',
  watch: Watch,
): Promise<void> {
  const signal = watch.signal ?? new AbortController().signal;
  let last = watch.after;
  for (;;) {
    try {
      const response = await open(options, path, last, signal);
      for await (const line of lines(response)) {
        last = line.seq;
        if (onLine(line) === 'stop') return;
      }
      watch.onReconnect?.('the API closed the stream');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.kind !== 'unavailable') throw error;
      // The first connection tells at once that nobody is there; a later break is waited out.
      if (last === undefined && error instanceof ApiError && error.status === 0) throw error;
      watch.onReconnect?.(error instanceof Error ? error.message : String(error));
    }
    await pause(reconnectMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
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
async function* lines(response: Response): AsyncGenerator<LedgerRecord> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const events = rest.split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = event.split('\n').filter((field) => field.startsWith('data: ')).map((field) => field.slice(6)).join('\n');
      if (data !== '') yield JSON.parse(data) as LedgerRecord;
    }
  }
}
