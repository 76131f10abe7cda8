import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Delivery } from '../../../domain/delivery.js';
import type { Proof, RawRequest, Received } from '../../contract/source.js';
import { rawRequest } from '../../contract/testkit/raw-request.js';
import { type Sandbox, start } from '../../../sandbox/start.js';
import { eventBridgeDoor } from '../doors/eventbridge.js';
import { snsDoor } from '../doors/sns.js';

// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any;

/** The sandbox, and both doors behind a server that it sends to. */
export interface Doors {
  address: string;
  /** What each webhook became, in order. */
  received: Received[];
  headers: Readonly<Record<string, string>>[];
  /** `POST /_sandbox/aws/<path>`, and its answer. */
  tell: (path: string, body: unknown) => Promise<Loose>;
  show: (path: string) => Promise<Loose>;
  alarm: (name: string, state: 'ALARM' | 'OK') => Promise<void>;
  fault: (operation: string, kind: string, more?: object) => Promise<void>;
  calls: () => Promise<{ operation: string; status: number }[]>;
  effects: () => Promise<{ operation: string; target: string }[]>;
  /** Waits for the n-th. */
  nth: (n: number) => Promise<Received>;
  /** A fresh door, as a start would open it. */
  open: (over?: Record<string, string | undefined>) => void;
  /** Gives a body to the door of SNS without the network between. */
  knock: (body: Buffer | string, headers?: Record<string, string>, receivedAt?: string) => Promise<Received>;
  reset: () => Promise<void>;
  close: () => Promise<void>;
}

export async function startDoors(): Promise<Doors> {
  const received: Received[] = [];
  const headers: Readonly<Record<string, string>>[] = [];
  let sns: Loose;

  const judge = (path: string, request: RawRequest): Received | Promise<Received> =>
    path === snsDoor.path
      ? snsDoor.receive(request, sns)
      : eventBridgeDoor.receive({ ...request, proofs: proofsOf(request, sandbox.world.settings.doorToken) }, undefined);

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const shown = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
      headers.push(shown);
      void Promise.resolve(judge(incoming.url ?? '', requestOf(Buffer.concat(chunks), shown))).then((made) => {
        received.push(made);
        response.writeHead(made.kind === 'refused' ? made.status : made.kind === 'later' ? 503 : 202).end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sandbox: Sandbox = await start({ port: 0, webhookUrl: '', webhookSecret: 'throw-away', apiUrl, speed: 0.005 });

  const ask = async (method: string, path: string, body?: unknown): Promise<Loose> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${sandbox.address}/_sandbox/${path}`, init);
    if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${path}: ${await response.text()}`);
    return response.json();
  };
  const open: Doors['open'] = (over = {}) => {
    sns = snsDoor.door.parse({ ...sandbox.environment(), ...over });
  };
  open();
  return {
    address: sandbox.address,
    received,
    headers,
    open,
    tell: (path, body) => ask('POST', `aws/${path}`, body),
    show: (path) => ask('GET', `aws/${path}`),
    alarm: (name, state) => ask('POST', `alarms/${name}`, { state }),
    fault: (operation, kind, more = {}) => ask('POST', 'faults', { operation, kind, ...more }),
    calls: () => ask('GET', 'calls'),
    effects: () => ask('GET', 'effects'),
    nth: async (n) => {
      for (let tries = 0; tries < 500 && received.length < n; tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
      const made = received[n - 1];
      if (!made) throw new Error(`Webhook ${n} never came; there are ${received.length}.`);
      return made;
    },
    knock: async (body, shown = {}, receivedAt) => snsDoor.receive(requestOf(Buffer.from(body), shown, receivedAt), sns),
    reset: async () => {
      await ask('DELETE', 'faults');
      await ask('POST', 'reset', {});
      received.length = 0;
      headers.length = 0;
      open();
    },
    close: async () => {
      await sandbox.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const requestOf = (
  body: Buffer,
  headers: Record<string, string> = {},
  receivedAt = new Date().toISOString(),
): RawRequest => rawRequest(body, { headers, receivedAt, signal: AbortSignal.timeout(2_000) });

const proofsOf = ({ headers }: RawRequest, token: string): Proof[] =>
  headers['authorization'] === `Bearer ${token}` ? [{ trust: 'token', by: 'token eventbridge' }] : [];

export function deliveryIn(made: Received): Delivery {
  if (made.kind !== 'delivery') throw new Error(`No delivery: ${JSON.stringify(made)}`);
  return made.delivery;
}
