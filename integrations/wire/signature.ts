import { createHmac, timingSafeEqual } from 'node:crypto';

/** More than anybody sends while a secret is rotated, and a bound on what a stranger can make us do. */
const mostSignatures = 8;

/** `Buffer.from(hex)` silently stops at a bad character, so the form is checked first. */
const hexDigest = /^[0-9a-f]{64}$/;

/**
 * Which secret a signature header proves (0-based), or `undefined`. The header holds `v1=<64 hex>` once per active secret, with commas
 * between them; other versions are ignored. HMAC-SHA256 over the raw bytes. Every secret is compared with every signature, in constant
 * time, so that the time tells nothing. Never throws. So PagerDuty signs (its developer documentation, "Webhook signatures"), and so do
 * senders whose form is ours to define.
 */
export function provenBy(header: string | undefined, body: Buffer, secrets: readonly string[]): number | undefined {
  const signatures = signaturesIn(header);
  let proven: number | undefined;
  secrets.forEach((secret, index) => {
    // An empty key would make a signature that anybody can compute.
    if (secret === '') return;
    const expected = createHmac('sha256', secret).update(body).digest();
    for (const signature of signatures) {
      if (timingSafeEqual(signature, expected)) proven ??= index;
    }
  });
  return proven;
}

function signaturesIn(header: string | undefined): Buffer[] {
  if (header === undefined || header.length > 2048) return [];
  const values = header.split(',').map((part) => part.trim());
  if (values.length > mostSignatures) return [];
  return values
    .filter((value) => value.startsWith('v1='))
    .map((value) => value.slice('v1='.length))
    .filter((hex) => hexDigest.test(hex))
    .map((hex) => Buffer.from(hex, 'hex'));
}
