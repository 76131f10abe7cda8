import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RawRequest } from '../contract/source.js';
import type { GrafanaDoor } from './config.js';

/** How far the signed time may be from ours, either way. Milliseconds. */
const freshMs = 5 * 60_000;
/** `Buffer.from(hex)` silently stops at a bad character, so the form is checked first. Grafana writes lower case, without a prefix. */
const hexDigest = /^[0-9a-f]{64}$/;
const unixSeconds = /^\d{1,12}$/;

export type Signature = { is: 'absent' } | { is: 'valid'; by: string } | { is: 'invalid'; because: string };

/**
 * Checks Grafana's signature: bare lower-case hex HMAC-SHA256 over the body, or over `<unix seconds>:<body>` where the contact point
 * has a timestamp header (contracts 3.1; grafana/alerting http/hmac.go). Every secret is compared, in constant time. Never throws.
 */
export function readSignature(
  { headers, body, receivedAt }: Pick<RawRequest, 'headers' | 'body' | 'receivedAt'>,
  door: GrafanaDoor,
): Signature {
  const given = headers[door.signatureHeader];
  if (given === undefined) return { is: 'absent' };
  const invalid = (because: string): Signature => ({ is: 'invalid', because });
  if (door.secrets.length === 0) return invalid('It is signed, but no secret is known here: set GRAFANA_WEBHOOK_SECRETS.');
  if (!hexDigest.test(given)) return invalid(`${door.signatureHeader} is not 64 lower-case hexadecimal digits.`);
  let prefix = '';
  if (door.timestampHeader !== undefined) {
    const time = headers[door.timestampHeader] ?? '';
    if (!unixSeconds.test(time)) return invalid(`${door.timestampHeader} does not hold unix seconds.`);
    if (Math.abs(Date.parse(receivedAt) - Number(time) * 1000) > freshMs)
      return invalid('It was signed more than 5 minutes ago or ahead: a repeat, or a clock that is wrong.');
    prefix = `${time}:`;
  }
  const signature = Buffer.from(given, 'hex');
  let proven: number | undefined;
  door.secrets.forEach((secret, index) => {
    const expected = createHmac('sha256', secret).update(prefix).update(body).digest();
    if (timingSafeEqual(signature, expected)) proven ??= index;
  });
  if (proven !== undefined) return { is: 'valid', by: `hmac, secret ${proven + 1} of ${door.secrets.length}` };
  return invalid(
    'The signature does not hold. Compare GRAFANA_WEBHOOK_SECRETS and GRAFANA_WEBHOOK_TIMESTAMP_HEADER with the contact point.',
  );
}
