import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { injections } from '../../contract/testkit/injections.js';
import { invocation } from '../testkit/samples.js';
import { functionParams } from './lambda-function.js';

const id = 'i-0aa11bb22cc33dd44';

describe('what may be said of a function', () => {
  it.each(['$LATEST', '$DEFAULT', 'live', 'v7', '0', '07', '', '7 ', '7\n', '7:live'])('no version %j', (version) => {
    expect(functionParams.safeParse({ ...invocation(id), version }).success).toBe(false);
  });

  it.each(['ops:live', 'arn:aws:lambda:eu-west-1:444455556666:function:ops', '444455556666:function:ops', '-x', 'a/b', '*'])(
    'no function %j',
    (name) => expect(functionParams.safeParse(invocation(id, name)).success).toBe(false),
  );

  it('no payload but flat, typed values, and never in our own name', () => {
    const accepts = (payload: object) => functionParams.safeParse({ ...invocation(id), payload }).success;
    expect(accepts({ instanceId: id, count: 2, force: true })).toBe(true);
    for (const payload of [
      { a: { b: 1 } },
      { a: [id] },
      { a: null },
      { a: Infinity },
      { opssentinel: 'x' },
      { 'a b': 1 },
      { __proto__x: 1 },
    ])
      expect(accepts(payload)).toBe(false);
    for (const text of injections) expect(accepts({ instanceId: id, value: text })).toBe(false);
  });

  it('takes a text only if it is made of what no shell, template or option parser reads', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const { success } = functionParams.safeParse({ ...invocation(id), payload: { instanceId: id, value } });
        if (success) expect(value).toMatch(/^[A-Za-z0-9/][A-Za-z0-9._:/-]{0,511}$/);
      }),
    );
  });
});
