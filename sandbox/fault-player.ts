import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WireResponse } from '../integrations/contract/simulator.js';
import type { Fault } from './faults.js';

/** One request about to meet its fault. */
export interface Stage {
  /** Has the simulator do what was asked, and gives its answer. */
  answer: () => Promise<WireResponse>;
  /** A refusal in the vendor's own shape, with nothing done. */
  refusal: (status: number) => WireResponse;
  /** Writes the line of the calls list; 0 for no answer. */
  note: (status: number) => void;
  send: (response: WireResponse) => void;
  socket: Socket;
  response: ServerResponse;
}

/** Long enough to run into any client's deadline. Milliseconds. */
const slowBodyMs = 60_000;

/** Plays one fault on one request. */
export async function playFault({ kind, delayMs }: Fault, stage: Stage): Promise<void> {
  if (delayMs > 0 && kind !== 'slow-body') await sleep(delayMs);
  switch (kind) {
    case 'ok':
      return answered(stage, await stage.answer());
    case '400':
    case '401':
    case '403':
    case '404':
    case '409':
    case '429':
    case '500':
    case '503':
      return answered(stage, refused(stage, Number(kind)));
    case 'reset-before':
      return reset(stage);
    case 'execute-then-500':
      await stage.answer();
      return answered(stage, refused(stage, 500));
    case 'execute-then-timeout':
      // The connection stays open and silent until the client, or the end of the sandbox, cuts it.
      await stage.answer();
      return stage.note(0);
    case 'execute-then-reset':
      await stage.answer();
      return reset(stage);
    case 'slow-body':
      return slowly(stage, await stage.answer(), delayMs || slowBodyMs);
    case 'half-body':
      return half(stage, await stage.answer());
    case 'duplicate-delivery':
      // The network brought the request twice: the vendor handled both, and the client sees the second answer.
      await stage.answer();
      return answered(stage, await stage.answer());
  }
}

function answered(stage: Stage, response: WireResponse): void {
  stage.note(response.status);
  stage.send(response);
}

function refused(stage: Stage, status: number): WireResponse {
  const made = stage.refusal(status);
  return status === 429 ? { ...made, headers: { 'retry-after': '1', ...made.headers } } : made;
}

function reset(stage: Stage): void {
  stage.note(0);
  stage.socket.resetAndDestroy();
}

const headersOf = (made: WireResponse): Record<string, string> => ({
  'content-type': 'application/json',
  ...made.headers,
  'content-length': String(Buffer.byteLength(made.body ?? '')),
});

/** Headers at once, then the body in twenty drops. */
async function slowly({ note, response }: Stage, made: WireResponse, forMs: number): Promise<void> {
  note(made.status);
  const body = Buffer.from(made.body ?? '');
  response.writeHead(made.status, headersOf(made));
  response.flushHeaders();
  const drop = Math.max(1, Math.ceil(body.length / 20));
  for (let sent = 0; sent < body.length && !response.destroyed; sent += drop) {
    await sleep(forMs / 20, undefined, { ref: false });
    response.write(body.subarray(sent, sent + drop));
  }
  response.end();
}

/** Promises the whole body, sends half of it and goes away. */
function half({ note, response, socket }: Stage, made: WireResponse): void {
  note(0);
  const body = Buffer.from(made.body ?? '');
  response.writeHead(made.status, headersOf(made));
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => socket.destroy());
}
