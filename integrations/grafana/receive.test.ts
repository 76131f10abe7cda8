import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RawRequest } from '../contract/source.js';
import { rawRequest } from '../contract/testkit/raw-request.js';
import { grafanaDoor } from './config.js';
import { receive } from './receive.js';

const body = readFileSync(join(import.meta.dirname, 'fixtures', 'webhook-firing.json'));
const receivedAt = '2026-09-30T08:14:02.000Z';
const now = Date.parse(receivedAt) / 1000;

const door = grafanaDoor.parse({ GRAFANA_WEBHOOK_SECRETS: 'old secret,new secret' });
const timed = grafanaDoor.parse({
  GRAFANA_WEBHOOK_SECRETS: 'new secret',
  GRAFANA_WEBHOOK_SIGNATURE_HEADER: 'X-Sig',
  GRAFANA_WEBHOOK_TIMESTAMP_HEADER: 'X-Sig-Time',
});
const token = { trust: 'token', by: 'token grafana-prod' } as const;

const sign = (secret = 'new secret', prefix = ''): string =>
  createHmac('sha256', secret).update(prefix).update(body).digest('hex');
const request = (headers: Record<string, string>, over: Partial<RawRequest> = {}): RawRequest =>
  rawRequest(body, { headers, receivedAt, ...over });
const bySignature = (signature: string, over: Partial<RawRequest> = {}) =>
  receive(request({ 'x-grafana-alerting-signature': signature }, over), door);
const byTime = (time: string | undefined, signedTime = time, over: Partial<RawRequest> = {}) =>
  receive(
    request({ 'x-sig': sign('new secret', `${signedTime}:`), ...(time === undefined ? {} : { 'x-sig-time': time }) }, over),
    timed,
  ).kind;

describe('M3: the signature of a Grafana contact point', () => {
  it('is bare lower-case hex over the body, with either of two secrets', () => {
    for (const [index, secret] of door?.secrets.entries() ?? [])
      expect(bySignature(sign(secret))).toMatchObject({
        kind: 'deliveries',
        deliveries: [{ trust: 'signed', authenticatedBy: `hmac, secret ${index + 1} of 2` }],
      });
  });

  it('holds in no other form, and for no other body', () => {
    const hex = sign();
    const bad = [
      `sha256=${hex}`,
      hex.toUpperCase(),
      hex.slice(0, 62),
      `${hex}00`,
      ` ${hex}`,
      `${hex.slice(0, 62)}zz`,
      Buffer.from(hex, 'hex').toString('base64'),
      sign('another secret'),
      sign('new secret', `${now}:`),
      '',
    ];
    expect(bad.filter((signature) => bySignature(signature).kind !== 'refused')).toEqual([]);
    expect(bySignature(hex, { body: Buffer.concat([body, Buffer.from(' ')]) }).kind).toBe('refused');
  });

  it('is over "<time>:<body>" where a timestamp header is configured, and fresh for five minutes', () => {
    expect(byTime(String(now))).toBe('deliveries');
    expect(byTime(String(now - 299))).toBe('deliveries');
    expect(byTime(String(now + 299))).toBe('deliveries');
    expect(byTime(String(now - 301))).toBe('refused');
    expect(byTime(String(now + 301))).toBe('refused');
    expect(byTime(String(now - 10), String(now))).toBe('refused');
    expect(byTime(undefined, String(now))).toBe('refused');
    expect(byTime(`${now}.0`)).toBe('refused');
    expect(byTime(new Date(now * 1000).toISOString())).toBe('refused');
    expect(receive(request({ 'x-sig': sign(), 'x-sig-time': String(now) }), timed).kind).toBe('refused');
  });

  it('that does not hold is refused whatever else is shown', () => {
    expect(bySignature(sign('another secret'), { proofs: [token] })).toMatchObject({ kind: 'refused', status: 401 });
    expect(byTime(String(now - 600), String(now - 600), { proofs: [token] })).toBe('refused');
  });

  it('cannot be believed while no secret is known here', () => {
    const unknown = receive(request({ 'x-grafana-alerting-signature': sign() }, { proofs: [token] }), undefined);
    expect(unknown).toMatchObject({ kind: 'refused', because: expect.stringContaining('GRAFANA_WEBHOOK_SECRETS') });
  });

  it('is not needed by whoever shows a token or a certificate, the stronger of which counts', () => {
    expect(receive(request({}), door)).toMatchObject({ kind: 'refused', status: 401 });
    expect(receive(request({}), undefined).kind).toBe('refused');
    const mtls = { trust: 'mtls', by: 'client certificate grafana.example.com' } as const;
    expect(receive(request({}, { proofs: [token] }), undefined)).toMatchObject({ deliveries: [{ trust: 'token' }] });
    expect(receive(request({}, { proofs: [token, mtls] }), door)).toMatchObject({
      deliveries: [{ trust: 'mtls', authenticatedBy: mtls.by }],
    });
  });

  it('says nothing about a body that is compressed', () => {
    expect(receive(request({ 'content-encoding': 'gzip' }, { proofs: [token] }), door)).toMatchObject({ status: 415 });
  });
});

describe('the door’s settings', () => {
  it.each([
    ['an empty secret', { GRAFANA_WEBHOOK_SECRETS: 'one,,two' }],
    ['Authorization as the signature’s header', { GRAFANA_WEBHOOK_SIGNATURE_HEADER: 'Authorization' }],
    ['no header at all', { GRAFANA_WEBHOOK_TIMESTAMP_HEADER: 'X Sig' }],
  ])('refuse %s, and never show a secret', (_what, env) => {
    const parsed = grafanaDoor.safeParse(env);
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error)).not.toContain('two');
  });

  it('are none when nothing is set', () => {
    expect(grafanaDoor.parse({ GRAFANA_WEBHOOK_SECRETS: '' })).toBeUndefined();
  });
});

describe('fixtures', () => {
  const read = (name: string) =>
    receive(request({}, { body: readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`)), proofs: [token] }), door);

  it('a firing alert whose values are null', () => {
    expect(read('webhook-firing')).toMatchObject({
      kind: 'deliveries',
      deliveries: [{ kind: 'triggered', ref: { source: 'grafana', externalId: 'c6eadffa33fcdf37', generation: '1790756040' } }],
    });
  });

  it('a group in which nothing fires any more', () => {
    expect(read('webhook-resolved')).toMatchObject({
      kind: 'deliveries',
      deliveries: [{ kind: 'resolved', ref: { externalId: 'c6eadffa33fcdf37', generation: '1790756040' } }, { kind: 'resolved' }],
    });
  });

  it('a body of a template is kept, and says what to do', () => {
    expect(read('webhook-template')).toMatchObject({ kind: 'quarantined', because: expect.stringContaining('custom payload') });
  });
});
