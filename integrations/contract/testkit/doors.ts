import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { IntegrationDefinition } from '../integration.js';
import type { DoorDefinition } from '../source.js';
import { rawRequest } from './raw-request.js';

// oxlint-disable-next-line typescript/no-explicit-any
type AnyDoor = DoorDefinition<any>;

/** Answers that begin nothing, change nothing and decide nothing. */
const harmless = ['refused', 'later', 'quarantined', 'recorded', 'ping'];

/** Bodies that nobody would call a webhook, and that must not throw. */
const strange: readonly string[] = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '1',
  '{"event":null}',
  '{"Type":"Notification"}',
  '\u0000',
  '[[[[',
];

/** `folder`: the vendor's own, for its fixtures. */
export function doorConformance({ id: vendor, sources = [], variables }: IntegrationDefinition, folder: string): void {
  const doors = sources.flatMap((source) => source.doors);
  if (doors.length === 0) return;
  const fixtures = fixturesIn(folder).map((file) => readFileSync(join(folder, 'fixtures', file)));
  const bodies = [...strange.map((text) => Buffer.from(text)), ...fixtures];

  describe.each(doors.map((door) => [door.id, door] as const))(`${vendor}: door %s`, (_id, door: AnyDoor) => {
    it('has a path, a sentence and a way to prove oneself', () => {
      expect(door.path).toMatch(/^(\/[a-z0-9-]+)+$/);
      expect(door.id).toMatch(/^[a-z0-9-]+$/);
      expect(door.proofs.length).toBeGreaterThan(0);
    });

    it('names the variable that a signature is proven with, where it takes one', () => {
      expect(door.signedBy !== undefined).toBe(door.proofs.includes('signature'));
      if (door.signedBy !== undefined) expect(Object.keys(variables)).toContain(door.signedBy);
    });

    it('is closed when nothing of it is set: whoever proves nothing begins nothing, whatever he sends', async () => {
      for (const body of bodies) expect(harmless).toContain((await knock(door, {}, body)).kind);
    });

    it('is closed to a made-up signature', async () => {
      const headers = {
        'x-pagerduty-signature': 'v1=00',
        'x-opssentinel-signature': 'v1=00',
        'content-type': 'application/json',
      };
      for (const body of bodies) expect(harmless).toContain((await knock(door, {}, body, headers)).kind);
    });
  });
}

/** Every fixture is somebody's: one that no test names proves nothing. */
export function fixtureConformance({ id: vendor }: IntegrationDefinition, folder: string): void {
  const fixtures = fixturesIn(folder);
  if (fixtures.length === 0) return;
  describe(`${vendor}: fixtures`, () => {
    const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts') || (file.includes('testkit') && file.endsWith('.ts')))
      .map((file) => readFileSync(join(folder, file), 'utf8'));

    it('are all used by a test', () => {
      const isNamed = (name: string) => tests.some((text) => new RegExp(`['"\`/]${name}(\\.json)?['"\`]`).test(text));
      expect(fixtures.filter((file) => !isNamed(file.replace(/\.json$/, '')))).toEqual([]);
    });

    it('are JSON', () => {
      for (const file of fixtures) expect(() => JSON.parse(readFileSync(join(folder, 'fixtures', file), 'utf8'))).not.toThrow();
    });
  });
}

function fixturesIn(folder: string): string[] {
  try {
    return readdirSync(join(folder, 'fixtures')).filter((file) => file.endsWith('.json'));
  } catch {
    return [];
  }
}

/** Nothing is proven of the sender. */
function knock(door: AnyDoor, environment: Record<string, string>, body: Buffer, headers: Record<string, string> = {}) {
  const request = rawRequest(body, { headers, receivedAt: '2026-11-22T03:12:40.000Z' });
  return door.receive(request, door.door.parse(environment));
}
