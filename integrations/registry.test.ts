import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { open, secret } from '../domain/variable.js';
import { catalogueOf } from './catalogue.js';
import { defineAction } from './contract/action.js';
import type { Call } from './contract/call.js';
import { VendorError } from './contract/errors.js';
import { defineIntegration, type IntegrationDefinition } from './contract/integration.js';
import { createRegistry } from './registry.js';

const call: Call = {
  place: { account: '111122223333', region: 'eu-west-1' },
  incident: 'pagerduty:Q0HX2R9',
  pace: { profile: 'sandbox', pollMs: 1, heartbeatMs: 1, adoptEveryMs: 1 },
  signal: new AbortController().signal,
  heartbeat: () => {},
  now: () => 0,
  sleep: async () => {},
};

let connections = 0;

const example = (id: string): IntegrationDefinition =>
  defineIntegration<{ url: string; token: string }, { url: string }>({
    id,
    summary: 'An example.',
    variables: { EXAMPLE_URL: open('Where.'), EXAMPLE_TOKEN: secret('Who.') },
    connectBy: 'EXAMPLE_URL and EXAMPLE_TOKEN',
    config: z
      .object({
        EXAMPLE_URL: z.url('is not an address').optional(),
        EXAMPLE_TOKEN: z.string().regex(/^t-/, 'does not begin with t-').optional(),
      })
      .transform((env) =>
        env.EXAMPLE_URL && env.EXAMPLE_TOKEN ? { url: env.EXAMPLE_URL, token: env.EXAMPLE_TOKEN } : undefined,
      ),
    connect: ({ url }) => {
      connections += 1;
      return { url };
    },
    targets: [
      {
        type: `${id}.box`,
        summary: 'A box.',
        permissions: [],
        select: { name: /^[a-z]+$/ },
        facts: z.object({
          size: z.number().int(),
          open: z.boolean().optional(),
          tags: z.array(z.string()),
          inside: z.object({}),
          label: z.string().nullable(),
        }),
        read: async () => undefined,
      },
    ],
    actions: [
      defineAction<{ url: string }>()({
        id: `${id}.open`,
        summary: 'Opens a box.',
        risk: 'additive',
        idempotency: 'absolute',
        permissions: [],
        params: z.strictObject({ name: z.string().regex(/^[a-z]+$/, 'lower-case letters only') }),
        says: ({ name }) => `open ${name}`,
        preState: async () => ({}),
        start: async () => ({ ref: {}, says: 'opened' }),
        adopt: async () => ({ found: false, certain: true }),
        undo: 'none',
      }),
    ],
  });

describe('the registry', () => {
  it('connects on first use, once, and joins the client to the call', () => {
    connections = 0;
    const { registry, problems } = createRegistry({ EXAMPLE_URL: 'http://127.0.0.1', EXAMPLE_TOKEN: 't-1' }, [
      example('example'),
    ]);
    const action = registry.actions.get('example.open');
    expect(problems).toEqual([]);
    expect(connections).toBe(0);
    expect(action?.with(call)).toMatchObject({ client: { url: 'http://127.0.0.1' }, incident: call.incident });
    action?.with(call);
    expect(connections).toBe(1);
    expect(registry.integrations.get('example')).toMatchObject({ connected: true });
  });

  it('lists everything when nothing is connected, and names the variables when it is used', () => {
    const { registry, problems } = createRegistry({}, [example('example')]);
    expect(problems).toEqual([]);
    expect([...catalogueOf(registry).actions.keys()]).toEqual(['example.open']);
    expect(registry.integrations.get('example')?.connected).toBe(false);
    const use = () => registry.actions.get('example.open')?.with(call);
    expect(use).toThrow(VendorError);
    expect(use).toThrow('example: not connected; set EXAMPLE_URL and EXAMPLE_TOKEN');
  });

  it('tells every wrong variable in a line of its own, and never its value', () => {
    const { registry, problems } = createRegistry({ EXAMPLE_URL: 'nonsense', EXAMPLE_TOKEN: 'secret-value' }, [
      example('example'),
    ]);
    expect(problems).toEqual(['EXAMPLE_URL: is not an address', 'EXAMPLE_TOKEN: does not begin with t-']);
    expect(registry.integrations.get('example')?.connected).toBe(false);
    expect(JSON.stringify(problems)).not.toContain('secret-value');
  });

  it('refuses two integrations with one id', () => {
    expect(() => createRegistry({}, [example('example'), example('example')])).toThrow(
      'Two integrations define the integration example',
    );
  });

  it('lists the shipped vendors offline', () => {
    const { registry, problems } = createRegistry({});
    expect(problems).toEqual([]);
    expect(registry.integrations.has('aws')).toBe(true);
  });
});

describe('the catalogue', () => {
  const { registry } = createRegistry({}, [example('example')]);
  const catalogue = catalogueOf(registry);

  it('parses parameters into a value, or into sentences with their places', () => {
    const parse = catalogue.actions.get('example.open')?.parse;
    expect(parse?.({ name: 'lid' })).toEqual({ ok: true, value: { name: 'lid' } });
    expect(parse?.({ name: 'lid; rm' })).toEqual({ ok: false, problems: [{ place: 'name', says: 'lower-case letters only' }] });
    expect(parse?.({ name: 'lid', more: 1 })).toMatchObject({ ok: false });
  });

  it('tells the type of every fact of a target', () => {
    expect(catalogue.targets.get('example.box')?.facts).toEqual({
      size: 'number',
      open: 'boolean',
      tags: 'list',
      inside: 'object',
      label: 'string',
    });
  });
});
