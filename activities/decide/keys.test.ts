import { describe, expect, it } from '@jest/globals';
import { canonicalJson, type JsonObject } from '../../domain/json.js';
import type { Plan, PlanStep } from '../../domain/plan.js';
import { hash } from '../../tests/support/rules.js';
import { attemptKey, paramsHash } from './keys.js';

describe('G16: keys', () => {
  const given = {
    ref: { source: 's', externalId: 'e', generation: '0' },
    rule: { logicHash: 'l', fileHash: 'f', name: 'n', at: '' },
    target: { id: 't' },
    hash: 'h',
  } as unknown as Plan;
  const step = { index: 0, params: { a: 1 } } as unknown as PlanStep;
  const keyOf = (plan: object = {}, one: object = {}) => attemptKey({ hash }, { ...given, ...plan }, { ...step, ...one });

  it('one attempt has one key, whoever asks and however often', () => {
    expect(keyOf()).toBe(hash(canonicalJson(['s', 'e', '0', 'l', 0, 't', 1])));
    expect(keyOf({ hash: 'other', rule: { ...given.rule, fileHash: 'x', name: 'y', at: 'z' } }, { params: {} })).toBe(keyOf());
  });

  it('another incident, life, logic, step or target has another', () => {
    const others = [
      keyOf({ ref: { ...given.ref, source: 'x' } }),
      keyOf({ ref: { ...given.ref, externalId: 'x' } }),
      keyOf({ ref: { ...given.ref, generation: 'x' } }),
      keyOf({ rule: { ...given.rule, logicHash: 'x' } }),
      keyOf({ target: { id: 'x' } }),
      keyOf({}, { index: 1 }),
    ];
    expect(new Set([keyOf(), ...others]).size).toBe(7);
  });

  it('parameters are bound to their action, in whatever order they stand', () => {
    const of = (action: string, params: JsonObject) => paramsHash({ hash }, action, params);
    expect(of('x', { a: 1, b: [2] })).toBe(of('x', { b: [2], a: 1 }));
    expect(new Set([of('x', { a: 1 }), of('y', { a: 1 }), of('x', { a: 2 }), of('x', {}), of('xa', { '': 1 })]).size).toBe(5);
  });
});
