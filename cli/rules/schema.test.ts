import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { rulesJsonSchema } from '../../rules/language/json-schema.js';
import { createConsole } from '../testkit/console.js';

const stage = createConsole();
afterAll(() => rmSync(stage.dir, { recursive: true, force: true }));

describe('rules schema', () => {
  it('prints the schema itself, or writes it into a file and says how a rule names it', async () => {
    const printed = await stage.run(['rules', 'schema']);
    expect([printed.code, JSON.parse(printed.out)]).toEqual([0, rulesJsonSchema()]);
    const written = await stage.run(['rules', 'schema', '--write', 'rules.schema.json']);
    expect([written.code, written.err]).toEqual([
      0,
      expect.stringContaining('# yaml-language-server: $schema=rules.schema.json'),
    ]);
    expect(readFileSync(join(stage.dir, 'rules.schema.json'), 'utf8')).toBe(printed.out);
  });

  it('says where it cannot write', async () => {
    const { code, err } = await stage.run(['rules', 'schema', '--write', 'nowhere/x.json']);
    expect([code, err]).toEqual([1, expect.stringContaining('nowhere/x.json cannot be written')]);
  });
});
