import { createHmac, timingSafeEqual } from 'node:crypto';

/** More than anybody sends while a secret is rotated, and a bound on what a stranger can make us do. */
const mostSignatures = 8;

/** `Buffer.from(hex)` silently stops at a bad character, so the form is checked first. */
const hexDigest = /^v1=([0-9a-f]{64})$/;

/**
 * Which secret the `X-OpsSentinel-Signature` header proves (0-based), or `undefined`. `v1=<64 hex>`, several with commas between them;
 * HMAC-SHA256 over the raw bytes. Every secret is compared with every signature, in constant time. Never throws. Contracts 4.5.
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
  if (header === undefined || header.length > 2_048) return [];
  const values = header.split(',').map((part) => part.trim());
  if (values.length > mostSignatures) return [];
  return values.flatMap((value) => {
    const hex = hexDigest.exec(value)?.[1];
    return hex === undefined ? [] : [Buffer.from(hex, 'hex')];
  });
}
