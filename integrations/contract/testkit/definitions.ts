import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/json.js';
import { riskOrder } from '../../../domain/plan.js';
import type { IntegrationDefinition } from '../integration.js';
import { injections } from './injections.js';
import { aroundOf, type VendorSamples } from './sample.js';

const sentence = /^[A-Z].*\.$/;

/** What holds for every integration without a call being made. */
export function definitionConformance(integration: IntegrationDefinition, given: VendorSamples): void {
  const {
    actions = [],
    checks = [],
    targets = [],
    witnesses = [],
    channels = [],
    sources = [],
    followers = [],
    calendars = [],
  } = integration;
  const samples = given.actions ?? [];

  describe(`${integration.id}: definitions`, () => {
    it('names everything after itself and says what it is in a sentence', () => {
      const named = [...actions, ...checks, ...calendars].map(({ id, summary }) => ({ id, summary }));
      const types = targets.map(({ type, summary }) => ({ id: type, summary }));
      for (const { id, summary } of [...named, ...types]) {
        expect(id).toMatch(new RegExp(`^${integration.id}\\.[a-z0-9-]+(\\.[a-z0-9-]+)*$`));
        expect(summary).toMatch(sentence);
      }
      for (const { summary } of [integration, ...sources, ...sources.flatMap(({ doors }) => doors), ...channels, ...followers])
        expect(summary).toMatch(sentence);
      for (const { id } of [...witnesses, ...channels, ...followers]) expect(id.startsWith(integration.id)).toBe(true);
    });

    it('is not connected, and complains of nothing, when none of its variables is set', () => {
      const parsed = integration.config.safeParse({});
      expect(parsed.success && parsed.data).toBeUndefined();
      expect(parsed.success).toBe(true);
    });

    it('names the rights that every read and write needs', () => {
      for (const { permissions } of [...actions, ...checks, ...calendars, ...targets, ...witnesses]) {
        for (const permission of permissions) expect(permission).toMatch(/\S/);
      }
      for (const { permissions } of actions) expect(permissions.length).toBeGreaterThan(0);
    });

    it('anchors every pattern that selects a target', () => {
      for (const { select } of targets) {
        for (const pattern of Object.values(select)) {
          expect(pattern.source).toMatch(/^\^.*\$$/s);
          expect(pattern.flags).not.toContain('m');
          for (const text of injections) expect(pattern.test(text)).toBe(false);
        }
      }
    });

    for (const { id, params, always } of calendars) {
      it(`${id} refuses what it does not know, and can be asked with nothing given where nobody names it`, () => {
        const strange = params.safeParse({ somethingElse: 'x' });
        expect(strange.error?.issues).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'unrecognized_keys' })]));
        if (always) {
          expect(params.safeParse({}).success).toBe(true);
          expect(sources.map((source) => source.id)).toContain(always.source);
        }
      });
    }

    it('has a sample of everything that makes a call, so that each runs through the suite', () => {
      const reading = [...checks, ...calendars, ...witnesses, ...sources]
        .map(({ id }) => id)
        .concat(targets.map(({ type }) => type))
        .concat(targets.flatMap(({ type, around }) => (around ? [aroundOf(type)] : [])));
      const telling = [...channels, ...followers].map(({ id }) => id);
      const file = `integrations/${integration.id}/testkit/samples.ts`;
      expect([
        ...lacking(
          `${file} has no sample of the action`,
          actions.map(({ id }) => id),
          samples.map(({ action }) => action.id),
        ),
        ...lacking(
          `${file} has no sample among reads of`,
          reading,
          (given.reads ?? []).map(({ of }) => of),
        ),
        ...lacking(
          `${file} has no sample among tells of`,
          telling,
          (given.tells ?? []).map(({ of }) => of),
        ),
      ]).toEqual([]);
    });

    for (const { action, params, target, writes } of samples) {
      it(`${action.id} refuses parameters that it does not know, and every injected text`, () => {
        expect(action.params.safeParse(params).success).toBe(true);
        expect(action.params.safeParse({ ...params, somethingElse: 'x' }).success).toBe(false);
        const accepted = injections
          .flatMap((text) => withEachString(params, text))
          .filter((injected) => action.params.safeParse(injected).success);
        expect(accepted).toEqual([]);
      });

      it(`${action.id} has a risk, a sentence for the plan, and parameters that parse to themselves, so that hashes of them are stable`, () => {
        const once = action.params.parse(params) as JsonObject;
        expect(action.params.parse(once)).toEqual(once);
        expect(riskOrder).toContain(action.risk);
        expect(action.says(once)).toMatch(/\S/);
      });

      it(`${action.id} asks for no right in a generated policy that its permissions do not name`, () => {
        const { account, region } = target;
        const granted = (action.grants?.({ account, region, params: writes ?? params }) ?? []).flatMap(
          ({ actions: names }) => names,
        );
        expect(granted.filter((name) => !action.permissions.includes(name))).toEqual([]);
      });
    }
  });
}

const lacking = (says: string, wanted: readonly string[], found: readonly string[]): string[] =>
  wanted.filter((id) => !found.includes(id)).map((id) => `${says} ${id}`);

/** The parameters with one of their texts replaced, once for every text in them. */
function withEachString(params: JsonObject, text: string): JsonObject[] {
  return Object.entries(params).flatMap(([name, value]): JsonObject[] => {
    if (typeof value === 'string') return [{ ...params, [name]: text }];
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return [];
    return withEachString(value, text).map((inner) => ({ ...params, [name]: inner }));
  });
}
