import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CreateSimulator, Simulator, WireResponse } from '../contract/simulator.js';
import { withOrder } from '../wire/simulated/body.js';

const mount = /^\/http\/([a-z0-9-]+(?:\.ics)?)$/;

/** What `POST /_sandbox/http/<name>` takes: how this service answers from now on. */
const order = z.strictObject({
  status: z.number().int().min(200).max(599).default(200),
  body: z.string().default('ok\n'),
  headers: z.record(z.string(), z.string()).default({}),
});

type Service = z.infer<typeof order>;
const well: Service = order.parse({});

/** A calendar in which nothing stands, as calendar servers send it. */
const empty: Service = order.parse({
  body: 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//sandbox//EN\r\nEND:VCALENDAR\r\n',
});

/** With a mark of what it holds; who has that already is sent nothing again (RFC 9110 13.1.2). */
function calendarOf({ status, body, headers }: Service, known: string | undefined): WireResponse {
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  if (status === 200 && known === etag) return { status: 304, headers: { etag } };
  return { status, headers: { 'content-type': 'text/calendar; charset=utf-8', etag, ...headers }, body };
}

/**
 * Source: RFC 9110, whatever a service says. Services that are probed: any name answers 200 until it is told otherwise, and names that end
 * with .ics are calendars (RFC 5545). They are asked and never changed, so nothing has an effect.
 */
const createHttpServices: CreateSimulator = (): Simulator => {
  const services = new Map<string, Service>();
  return {
    vendor: 'http',
    claims: ({ path }) => path.startsWith('/http/'),
    operation: ({ method, path }) => `${method} ${path}`,
    answer: ({ method, path, headers: asked }): WireResponse => {
      const name = mount.exec(path)?.[1];
      if (name === undefined) return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'no such service\n' };
      if (method !== 'GET') return { status: 405, headers: { allow: 'GET' } };
      if (name.endsWith('.ics')) return calendarOf(services.get(name) ?? empty, asked['if-none-match']);
      const { status, body, headers } = services.get(name) ?? well;
      return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
    },
    refusal: (_request, status) => ({ status, headers: { 'content-type': 'text/plain' }, body: `SANDBOX: scripted ${status}\n` }),
    controls: {
      'POST /{name}': 'how this service answers from now on: `{"status": 503}`; of a calendar: `{"body": "BEGIN:VCALENDAR…"}`',
    },
    control: ({ method, path, body }) => {
      const name = path.slice(1);
      if (method !== 'POST' || !mount.test(`/http/${name}`)) return undefined;
      return withOrder(order, body, (given) => {
        services.set(name, given);
        return { name, ...given };
      });
    },
    environment: ({ address }) => ({
      HTTP_CALENDARS: `freezes=${address}/http/freezes.ics`,
      HTTP_PROBES: ['checkout', 'web', 'worker'].map((name) => `${name}=${address}/http/${name}`).join(','),
    }),
    reset: () => services.clear(),
  };
};

export default createHttpServices;
