import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Sandbox, start } from '../../../sandbox/start.js';
import type { Proof, RawRequest } from '../../contract/source.js';
import type { FaultKind, SandboxEffect } from '../../contract/simulator.js';

/** The sandbox, and a server in the API's place that keeps what its simulators send, byte for byte. */
export interface TestDoor {
  address: string;
  webhookSecret: string;
  /** What arrived since the last call, by path. */
  taken: (path: string, proofs?: readonly Proof[]) => RawRequest[];
  /** Status of the next answers; then 202 again. */
  answerWith: (...statuses: number[]) => void;
  /** `POST /_sandbox/<vendor>/<path>`. */
  tell: (vendor: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;
  look: (vendor: string, path: string) => Promise<Record<string, unknown>>;
  fault: (operation: string, kind: FaultKind, times?: number) => Promise<void>;
  effects: () => SandboxEffect[];
  reset: () => Promise<void>;
  close: () => Promise<void>;
}

export async function startTestDoor(): Promise<TestDoor> {
  const arrived: { path: string; request: RawRequest }[] = [];
  let answers: number[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
      const bodyHash = createHash('sha256').update(body).digest('hex');
      const { signal } = new AbortController();
      const receivedAt = new Date().toISOString();
      arrived.push({ path: incoming.url ?? '', request: { headers, body, bodyHash, receivedAt, proofs: [], signal } });
      response.writeHead(answers.shift() ?? 202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const webhookSecret = 'throw-away';
  const sandbox: Sandbox = await start({ port: 0, webhookUrl: `${apiUrl}/pagerduty`, webhookSecret, speed: 0.02 });
  const ask = async (path: string, init: RequestInit): Promise<Record<string, unknown>> => {
    const response = await fetch(`${sandbox.address}/_sandbox/${path}`, init);
    const body = (await response.json()) as Record<string, unknown>;
    if (!response.ok || body['error']) throw new Error(`The sandbox answered ${path} with ${JSON.stringify(body)}`);
    return body;
  };
  const post = (path: string, body: unknown) => ask(path, { method: 'POST', body: JSON.stringify(body) });
  return {
    address: sandbox.address,
    webhookSecret,
    taken: (path, proofs = []) => arrived.splice(0).flatMap((one) => (one.path === path ? [{ ...one.request, proofs }] : [])),
    answerWith: (...statuses) => void (answers = statuses),
    tell: (vendor, path, body = {}) => post(`${vendor}/${path}`, body),
    look: (vendor, path) => ask(`${vendor}/${path}`, {}),
    fault: async (operation, kind, times = 1) => void (await post('faults', { operation, kind, times })),
    effects: () => [...sandbox.world.effects()],
    reset: async () => {
      arrived.length = 0;
      answers = [];
      await fetch(`${sandbox.address}/_sandbox/faults`, { method: 'DELETE' });
      await post('reset', {});
    },
    close: async () => {
      await sandbox.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}
