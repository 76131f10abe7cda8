import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hash } from '../tests/support/rules.js';
import { boundRequestId, buttonOf, isBoundTo, isButton } from './approval.js';

const planHash = 'a'.repeat(64);

describe('row 34: the id of a request binds it to one decision on one plan', () => {
  const id = boundRequestId(hash, 'one', { decision: 'approve', planHash });

  it('fits what was asked, and nothing else', () => {
    expect(isBoundTo(hash, id, { decision: 'approve', planHash })).toBe(true);
    expect(isBoundTo(hash, id, { decision: 'reject', planHash })).toBe(false);
    expect(isBoundTo(hash, id, { decision: 'approve', planHash: 'b'.repeat(64) })).toBe(false);
  });

  it('is made of what makes it unique, a dot, and 32 hex characters of the binding', () => {
    expect(id).toMatch(/^one\.[0-9a-f]{32}$/);
    expect(boundRequestId(hash, 'two', { decision: 'approve', planHash }).slice(3)).toBe(id.slice(3));
  });

  it('a piece of a binding, or one without its dot, binds nothing', () => {
    const asked = { decision: 'approve', planHash } as const;
    for (const forged of ['', 'one', 'one.', id.slice(0, -1), `${id}0`, `one.${id.slice(-8)}`, id.slice(4), id.toUpperCase()])
      expect(isBoundTo(hash, forged, asked)).toBe(false);
  });

  it('no two different askings share one', () => {
    const asking = fc.record({ decision: fc.constantFrom('approve' as const, 'reject' as const), planHash: fc.string() });
    fc.assert(
      fc.property(asking, asking, (a, b) => {
        const same = a.decision === b.decision && a.planHash === b.planHash;
        expect(isBoundTo(hash, boundRequestId(hash, 'x', a), b)).toBe(same);
      }),
    );
  });
});

it('a button is known by what it came through', () => {
  expect(buttonOf('pagerduty')).toBe('pagerduty button');
  expect(isButton(buttonOf('pagerduty'))).toBe(true);
  for (const via of ['api', 'temporal', 'pagerduty', 'button', 'pagerduty button press']) expect(isButton(via)).toBe(false);
});
