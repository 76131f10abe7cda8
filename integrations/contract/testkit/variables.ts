import { describe, expect, it } from '@jest/globals';
import type { IntegrationDefinition } from '../integration.js';
import type { VendorSamples } from './sample.js';

/** What a reader of settings is told is what the schemas read: no more, no less. */
export function variableConformance(integration: IntegrationDefinition, { readBySdk = [] }: VendorSamples): void {
  const { config, sources = [], variables } = integration;

  describe(`${integration.id}: variables`, () => {
    const read = new Set<string>(readBySdk);
    const environment = new Proxy<Record<string, undefined>>(
      {},
      {
        get: (_none, name) => void (typeof name === 'string' && read.add(name)),
        has: (_none, name) => typeof name === 'string' && read.add(name) && false,
      },
    );
    const schemas = [config, ...sources.flatMap(({ doors }) => doors).map(({ door }) => door)];
    for (const schema of schemas) schema.safeParse(environment);

    it('declares every one that its configuration or a door reads, and no other', () => {
      expect([...read].sort()).toEqual(Object.keys(variables).sort());
    });

    it('says of each what it is, in a sentence', () => {
      for (const { says } of Object.values(variables)) expect(says).toMatch(/\S.*[.]$/);
    });
  });
}
