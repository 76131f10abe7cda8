import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../domain/json.js';
import type { Decision } from '../../../domain/plan.js';
import type { LedgerRecord, NewRecord } from '../../../domain/record.js';
import type { CallWith } from '../../contract/call.js';
import type { FollowerReads } from '../../contract/follower.js';
import type { RawRequest } from '../../contract/source.js';
import { testCall } from '../../contract/testkit/call.js';
import type { TestSandbox } from '../../contract/testkit/sandbox.js';
import { connectServiceNow, type ServiceNowClient } from '../client.js';
import { serviceNowConfig } from '../config.js';

// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any;

/** A fixture, fresh each time. */
export const fixture = (name: string): Loose =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'fixtures', `${name}.json`), 'utf8'));

/** A call to the sandbox's instance, as the product is connected with it. */
export function connected(
  sandbox: Pick<TestSandbox, 'environment'>,
  change: Record<string, string> = {},
  deadlineMs?: number,
): CallWith<ServiceNowClient> {
  const config = serviceNowConfig.parse({ ...sandbox.environment(), ...change });
  if (!config) throw new Error('not connected');
  return testCall(connectServiceNow(config, deadlineMs));
}

/** What people and settings of the simulated instance do and show. */
export const control =
  (address: () => string) =>
  async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Loose> => {
    const response = await fetch(`${address()}/_sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: Loose = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };

/** A ledger as a follower sees it: lines with their numbers, and what was decided. */
export interface Told {
  /** Writes a line and gives it as the ledger would. */
  line: (phase: NewRecord['phase'], says: string, more?: Partial<NewRecord> & { at?: string }) => LedgerRecord;
  decide: (decision: Decision, incident?: string) => void;
  reads: FollowerReads;
}

export function ledger(incident: string): Told {
  const lines: LedgerRecord[] = [];
  const decisions = new Map<string, Decision>();
  return {
    line: (phase, says, { at = new Date().toISOString(), ...more } = {}) => {
      const seq = lines.length + 1;
      const line: LedgerRecord = { incident, phase, state: 'ok', says, ...more, seq, at, prev: '', hash: '' };
      lines.push(line);
      return line;
    },
    decide: (decision, of = incident) => void decisions.set(of, decision),
    reads: {
      decision: async (id) => decisions.get(id),
      timeline: async (id) => lines.filter((line) => line.incident === id),
      link: (id) => `http://localhost:8080/i/${id}`,
    },
  };
}

/** As far as a ticket is written from it. */
export const decision = (report: JsonObject = { resolve: 'whenVerified', servicenow: 'whenVerified' }): Decision =>
  ({
    concluded: 'act',
    incident: {
      ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' },
      id: 'Q1',
      title: 'CPU is high on web-01',
      urgency: 'high',
      service: { id: 'PSVC001', name: 'web' },
      createdAt: '2026-11-22T03:12:38.000Z',
      url: 'https://example.pagerduty.com/incidents/Q1',
    },
    plan: { report },
  }) as unknown as Decision;

export const sign = (body: Buffer, secret: string): string => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;

export const request = (body: Buffer, headers: Record<string, string> = {}, proofs: RawRequest['proofs'] = []): RawRequest => ({
  headers,
  body,
  receivedAt: '2026-11-22T03:13:00.000Z',
  bodyHash: createHash('sha256').update(body).digest('hex'),
  proofs,
  signal: new AbortController().signal,
});

/** A notice as a Business Rule signs it. */
export const signed = (value: unknown, secret = 'new secret'): RawRequest => {
  const body = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
  return request(body, { 'x-opssentinel-signature': sign(body, secret) });
};
