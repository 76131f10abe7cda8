import type { Request, Response } from 'express';
import type { LedgerRecord } from '../domain/record.js';
import type { Ledger } from '../ledger/port.js';
import type { ApiLimits } from './deps.js';
import type { ApiMetrics } from './metrics.js';
import { Problem } from './problem.js';

/** Live timelines by server-sent events. An event's id is the line's number in the ledger, so a reader takes up where it broke off. */
export interface Streams {
  /** Answers with a stream of everything that `read` finds after the cursor, and of what comes later. */
  open: (request: Request, response: Response, after: number, read: (after: number) => Promise<LedgerRecord[]>) => Promise<void>;
  /** Number of the newest line. */
  head: () => Promise<number>;
  close: () => Promise<void>;
}

/** Lines in one read. */
const page = 500;

export function createStreams(ledger: Pick<Ledger, 'recordsAfter' | 'listen'>, limits: ApiLimits, metrics: ApiMetrics): Streams {
  const readers = new Map<Response, () => void>();
  let stopListening: Promise<() => Promise<void>> | undefined;
  let head = 0;

  // One LISTEN for all readers, made with the first. Where it fails, the poll below still brings every line.
  const listen = async (): Promise<void> => {
    stopListening ??= ledger.listen(() => {
      for (const wake of readers.values()) wake();
    });
    await stopListening.catch(() => {
      stopListening = undefined;
    });
  };

  return {
    open: async (request, response, after, read) => {
      if (readers.size >= limits.streams)
        throw new Problem(503, 'Too many live streams are open; ask for the timeline without text/event-stream.', {
          retryAfter: 30,
        });
      const pull = createPull(response, after, read);
      // The first read happens before the headers: a ledger that is away is a 503 and not an empty stream.
      const first = await read(after);
      response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      });
      // The id says where this stream begins, so that a reader who saw no line yet also comes back to the right place.
      response.write(`retry: 1000\nid: ${after}\n\n`);
      await pull.send(first);
      readers.set(response, pull.wake);
      metrics.streams.set(readers.size);
      const alive = setInterval(() => response.write(': still here\n\n'), limits.streamKeepAliveMs);
      const poll = setInterval(pull.wake, limits.streamPollMs);
      const leave = (): void => {
        clearInterval(alive);
        clearInterval(poll);
        readers.delete(response);
        metrics.streams.set(readers.size);
      };
      request.once('close', leave);
      response.once('close', leave);
      await listen();
      pull.wake();
    },
    head: async () => {
      for (;;) {
        const lines = await ledger.recordsAfter(head, page);
        head = lines.at(-1)?.seq ?? head;
        if (lines.length < page) return head;
      }
    },
    close: async () => {
      for (const response of readers.keys()) response.end();
      readers.clear();
      const stop = await stopListening?.catch(() => undefined);
      stopListening = undefined;
      await stop?.();
    },
  };
}

/** Reads on from the cursor whenever it is woken: never twice at once, and no faster than the reader takes it. */
function createPull(response: Response, after: number, read: (after: number) => Promise<LedgerRecord[]>) {
  let cursor = after;
  let reading = false;
  let again = false;
  const send = async (lines: readonly LedgerRecord[]): Promise<void> => {
    for (const line of lines) {
      cursor = line.seq;
      const taken = response.write(`id: ${line.seq}\nevent: record\ndata: ${JSON.stringify(line)}\n\n`);
      if (!taken) await drained(response);
    }
  };
  const run = async (): Promise<void> => {
    do {
      again = false;
      const lines = await read(cursor);
      await send(lines);
      if (lines.length >= page) again = true;
    } while (again && !response.destroyed && !response.writableEnded);
  };
  const wake = (): void => {
    again = true;
    if (reading || response.destroyed || response.writableEnded) return;
    reading = true;
    // A ledger that is away ends the stream: the reader comes back with its Last-Event-ID.
    run()
      .catch(() => response.end())
      .finally(() => {
        reading = false;
        // A notice that came between the last look and here must not be lost.
        if (again) wake();
      });
  };
  return { send, wake };
}

/** Resolves when the response takes more, or is gone. */
function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.once('drain', go);
    response.once('close', go);
  });
}

export const streamPage = page;
