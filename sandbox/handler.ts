import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireRequest, WireResponse } from '../integrations/contract/simulator.js';
import { answerControl } from './control.js';
import type { HandlerDeps } from './deps.js';
import { playFault } from './fault-player.js';

/** More than any vendor takes. Bytes. */
const bodyLimit = 2 * 1024 * 1024;

/** Everything that reaches the sandbox's port: its own interface below `/_sandbox/`, else the vendor that claims it. */
export function createHandler(deps: HandlerDeps): (request: IncomingMessage, response: ServerResponse) => void {
  return (incoming, response) => {
    response.setHeader('X-OpsSentinel', 'SANDBOX');
    readRequest(incoming)
      .then(async (request) => {
        if (request === 'too large') send(response, { status: 413, body: '{"message":"SANDBOX: the body is over 2 MiB"}' });
        else if (request.path === '/_sandbox' || request.path.startsWith('/_sandbox/'))
          send(response, await answerControl(deps, request));
        else await answerVendor(deps, request, incoming, response);
      })
      .catch((error: unknown) => {
        // A simulator that throws is a bug of ours, never a vendor's answer: it is shown and kept with the unknown calls.
        const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
        deps.world.unanswered({
          vendor: 'sandbox',
          method: incoming.method ?? '',
          path: incoming.url ?? '',
          operation: `threw: ${words}`,
        });
        if (!response.headersSent)
          send(response, { status: 501, body: JSON.stringify({ message: `SANDBOX: a simulator failed: ${words}` }) });
        else response.destroy();
      });
  };
}

async function answerVendor(
  { world, simulators }: HandlerDeps,
  request: WireRequest,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const simulator = simulators.find((one) => one.claims(request));
  const { method, path } = request;
  const vendor = simulator?.vendor ?? 'nobody';
  const operation = simulator?.operation(request) ?? `${method} ${path}`;
  const fault = world.takeFault(operation);
  const answer = async (): Promise<WireResponse> => {
    const made = simulator ? await simulator.answer(request) : nobodyAnswers(operation);
    if (made.status === 501) world.unanswered({ vendor, method, path, operation });
    return made;
  };
  const note = (status: number): void => world.call({ vendor, operation, status, ...(fault ? { fault: fault.kind } : {}) });
  if (!fault) {
    const made = await answer();
    note(made.status);
    send(response, made);
    return;
  }
  const refusal = (status: number): WireResponse =>
    simulator?.refusal?.(request, status) ?? { status, body: JSON.stringify({ message: `SANDBOX: scripted ${status}` }) };
  await playFault(fault, { answer, refusal, note, send: (made) => send(response, made), socket: incoming.socket, response });
}

const nobodyAnswers = (operation: string): WireResponse => ({
  status: 501,
  body: JSON.stringify({ message: `SANDBOX: no simulator knows ${operation}; see GET /_sandbox/unknown` }),
});

function send(response: ServerResponse, { status, headers, body = '' }: WireResponse): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...(body.length === 0 ? {} : { 'content-type': 'application/json' }), ...headers });
  response.end(body);
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest | 'too large'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= bodyLimit) chunks.push(chunk);
  }
  if (bytes > bodyLimit) return 'too large';
  const url = new URL(incoming.url ?? '/', 'http://sandbox');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
}
