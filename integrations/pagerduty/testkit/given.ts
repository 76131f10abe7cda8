import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call } from '../../contract/call.js';
import type { RawRequest } from '../../contract/source.js';
import { rawRequest } from '../../contract/testkit/raw-request.js';

// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any;

/** A fixture, fresh each time. */
export const fixture = (name: string): Loose =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'fixtures', `${name}.json`), 'utf8'));

export const sign = (body: Buffer, secret: string): string => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;

export const request = (
  body: Buffer,
  headers: Record<string, string> = {},
  receivedAt = '2026-09-30T08:14:04.000Z',
): RawRequest => rawRequest(body, { headers, receivedAt });

/** A webhook as PagerDuty would sign it. */
export const signed = (value: unknown, secret = 'new secret', receivedAt?: string): RawRequest => {
  const body = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
  return request(body, { 'x-pagerduty-signature': sign(body, secret) }, receivedAt);
};

export const call = (signal: AbortSignal = new AbortController().signal): Call => ({
  place: { account: '111122223333', region: 'eu-west-1' },
  incident: 'pagerduty:Q0SBX0001',
  pace: { profile: 'sandbox', pollMs: 5, heartbeatMs: 5, adoptEveryMs: 5 },
  signal,
  heartbeat: () => {},
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});
