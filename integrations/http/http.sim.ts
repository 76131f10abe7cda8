import { z } from 'zod';
import type { CreateSimulator, Simulator, WireResponse } from '../contract/simulator.js';
import { withOrder } from '../wire/simulated/body.js';

const mount = /^\/http\/([a-z0-9-]+)$/;

/** What `POST /_sandbox/http/<name>` takes: how this service answers from now on. */
const order = z.strictObject({
  status: z.number().int().min(200).max(599).default(200),
  body: z.string().default('ok\n'),
  headers: z.record(z.string(), z.string()).default({}),
});

const well: z.infer<typeof order> = order.parse({});

/** Source: RFC 9110, whatever a service says. Services that are probed: any name answers 200 until it is told otherwise. They are asked and never changed, so nothing has an effect. */
const createHttpServices: CreateSimulator = (): Simulator => {
  const services = new Map<string, z.infer<typeof order>>();
  return {
    vendor: 'http',
    claims: ({ path }) => path.startsWith('/http/'),
    operation: ({ method, path }) => `${method} ${path}`,
    answer: ({ method, path }): WireResponse => {
      const name = mount.exec(path)?.[1];
      if (name === undefined) return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'no such service\n' };
      if (method !== 'GET') return { status: 405, headers: { allow: 'GET' } };
      const { status, body, headers } = services.get(name) ?? well;
      return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
    },
    refusal: (_request, status) => ({ status, headers: { 'content-type': 'text/plain' }, body: `SANDBOX: scripted ${status}\n` }),
    controls: { 'POST /{name}': 'how this service answers from now on: `{"status": 503}`' },
    control: ({ method, path, body }) => {
      const name = path.slice(1);
      if (method !== 'POST' || !mount.test(`/http/${name}`)) return undefined;
      return withOrder(order, body, (given) => {
        services.set(name, given);
        return { name, ...given };
      });
    },
    environment: ({ address }) => ({
      HTTP_PROBES: ['checkout', 'web', 'worker'].map((name) => `${name}=${address}/http/${name}`).join(','),
    }),
    reset: () => services.clear(),
  };
};

export default createHttpServices;
