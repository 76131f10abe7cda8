import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far Slack's clock and ours may be apart. Seconds; docs.slack.dev, "Verifying requests from Slack". */
const toleranceSeconds = 300;

export type Proof = 'proven' | 'old' | 'wrong';

/**
 * `X-Slack-Signature: v0=<64 hex>` over `v0:<timestamp>:<body>`, HMAC-SHA256 by the app's signing secret (docs.slack.dev, "Verifying
 * requests from Slack"). Over the bytes as they came. Compared in constant time before the time is looked at. `now`: epoch milliseconds.
 */
export function proofOf(
  { signature, timestamp }: { signature: string | undefined; timestamp: string | undefined },
  body: Buffer,
  secret: string,
  now: number,
): Proof {
  const hex = /^v0=([0-9a-f]{64})$/.exec(signature ?? '')?.[1];
  if (secret === '' || hex === undefined || timestamp === undefined || !/^[0-9]{1,12}$/.test(timestamp)) return 'wrong';
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest();
  if (!timingSafeEqual(expected, Buffer.from(hex, 'hex'))) return 'wrong';
  return Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds ? 'old' : 'proven';
}
