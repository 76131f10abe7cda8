import { type KeyObject, X509Certificate } from 'node:crypto';

/** Bits. SNS has 2,048. */
const shortestKey = 2_048;

/** A certificate that may sign messages, between two times. */
export interface SigningCertificate {
  key: KeyObject;
  /** Epoch milliseconds. */
  from: number;
  until: number;
}

/** What a certificate of SNS must be, whoever served it; a sentence where it is not. */
export function readCertificate(pem: string): SigningCertificate | string {
  let certificate: X509Certificate;
  let key: KeyObject;
  try {
    certificate = new X509Certificate(pem);
    // Throws where it cannot be read, as of an algorithm that nobody knows.
    key = certificate.publicKey;
  } catch {
    return 'what stands at SigningCertURL is no certificate';
  }
  if (!certificate.issuer.split('\n').includes('O=Amazon')) return 'the signing certificate is not issued by Amazon';
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails as { modulusLength: number }).modulusLength < shortestKey)
    return `the signing certificate holds no RSA key of ${shortestKey} bits or more`;
  const from = Date.parse(certificate.validFrom);
  const until = Date.parse(certificate.validTo);
  return Number.isNaN(from) || Number.isNaN(until) ? 'the signing certificate has no dates' : { key, from, until };
}

/** A sentence where it is not valid at this time (epoch milliseconds); both ends of its time belong to it (RFC 5280, 4.1.2.5). */
export function whyNotValid({ from, until }: SigningCertificate, at: number): string | undefined {
  if (at < from) return 'the signing certificate is not valid yet; compare the clock of this machine';
  if (at > until) return 'the signing certificate has expired; compare the clock of this machine';
  return undefined;
}
