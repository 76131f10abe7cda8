import { describe, expect, it } from '@jest/globals';
import { covers, parseTokens, scopes, tokenHash } from './tokens.js';

const entry = (name: string, scope: string, token: string): string => `${name}:${scope}:${tokenHash(token)}`;

describe('tokens of the API', () => {
  it('know whose they are and what they may', () => {
    const tokens = parseTokens(`${entry('ada', 'approver', 'one')}, ${entry('ci', 'viewer', 'two')}`);

    expect(tokens.authenticate('one')).toEqual({ name: 'ada', scope: 'approver' });
    expect(tokens.authenticate('two')).toEqual({ name: 'ci', scope: 'viewer' });
    expect(tokens.authenticate('three')).toBeUndefined();
    expect(tokens.authenticate('')).toBeUndefined();
  });

  it('keep an old and a new token valid at once, and no third', () => {
    const both = `${entry('ada', 'admin', 'old')},${entry('ada', 'admin', 'new')}`;

    expect(parseTokens(both).authenticate('old')?.name).toBe('ada');
    expect(parseTokens(both).authenticate('new')?.name).toBe('ada');
    expect(() => parseTokens(`${both},${entry('ada', 'admin', 'third')}`)).toThrow('more than two tokens');
    expect(() => parseTokens(`${entry('ada', 'admin', 'same')},${entry('bob', 'viewer', 'same')}`)).toThrow('stands twice');
  });

  it('name every wrong entry by its number, and print no token', () => {
    const plain = 'a-plain-token-that-is-secret';
    const read = (): unknown =>
      parseTokens(`ada:approver:${plain},bob:root:${tokenHash('x')},nothing,ev il:viewer:${tokenHash('y')}`);

    for (const part of [
      'entry 1: the third part of ada',
      'entry 2: the scope of bob',
      'entry 3: write name:scope:sha256',
      'entry 4: the name',
    ])
      expect(read).toThrow(part);
    expect(read).not.toThrow(plain);
  });

  it('cover what they hold: who advises does not approve, and who approves does not advise', () => {
    expect(scopes).toEqual(['viewer', 'adviser', 'approver', 'operator', 'admin']);
    expect(scopes.map((has) => scopes.map((needs) => covers(has, needs)))).toEqual([
      [true, false, false, false, false],
      [true, true, false, false, false],
      [true, false, true, false, false],
      [true, true, true, true, false],
      [true, true, true, true, true],
    ]);
  });
});
