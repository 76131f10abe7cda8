import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** What a simulated certificate is like. `good` is as those of SNS are; the others each have one thing wrong. */
export const certificateKinds = ['good', 'expired', 'not-yet', 'other-issuer', 'ec', 'short-key'] as const;
export type CertificateKind = (typeof certificateKinds)[number];

/** A throw-away key and a certificate over it, made in this process and worth nothing outside of it. */
export interface SimulatedCertificate {
  pem: string;
  key: KeyObject;
}

const day = 86_400_000;
const made = new Map<CertificateKind, SimulatedCertificate>();

/** Made when it is first asked for: keys cost a moment, and most runs of the sandbox need none. */
export function simulatedCertificate(kind: CertificateKind): SimulatedCertificate {
  const known = made.get(kind) ?? makeCertificate(kind);
  made.set(kind, known);
  return known;
}

function makeCertificate(kind: CertificateKind): SimulatedCertificate {
  const now = Date.now();
  const { publicKey, privateKey } =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      : generateKeyPairSync('rsa', { modulusLength: kind === 'short-key' ? 1_024 : 2_048 });
  const pem = certificateOver(publicKey.export({ type: 'spki', format: 'der' }), {
    issuer: kind === 'other-issuer' ? 'Amazon Lookalike' : 'Amazon',
    from: timeOf(kind === 'not-yet' ? now + day : now - 3 * day),
    until: timeOf(kind === 'expired' ? now - day : now + 30 * day),
  });
  return { pem, key: privateKey };
}

/** What a certificate says of itself. Times as ASN.1 writes them (`20260930081401Z`), or anything else in their place. */
export interface Written {
  issuer: string;
  from: string;
  until: string;
}

/** A certificate in PEM over this public key (SubjectPublicKeyInfo in DER), signed by nobody that anybody trusts. */
export function certificateOver(publicKey: Buffer, { issuer, from, until }: Written): string {
  const issuing = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const toBeSigned = sequence(
    der(0xa0, integer(2)),
    integer(Date.now()),
    ecdsaWithSha256,
    name({ O: issuer, CN: 'SANDBOX, worth nothing' }),
    sequence(time(from), time(until)),
    name({ CN: 'sns.amazonaws.com' }),
    publicKey,
  );
  const signature = sign('sha256', toBeSigned, issuing.privateKey);
  const certificate = sequence(toBeSigned, ecdsaWithSha256, bits(signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

const timeOf = (ms: number): string => new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');

// X.509 in DER (ITU-T X.690): a tag, a length, and what is in it.

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content);
const time = (text: string): Buffer => der(0x18, Buffer.from(text));

/** Of a number above 0. A first bit that is set would make it negative. */
function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return der(0x02, ...((bytes[0] ?? 0) > 127 ? [Buffer.from([0]), bytes] : [bytes]));
}

/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2. */
const ecdsaWithSha256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));

/** Organisation 2.5.4.10 and common name 2.5.4.3. */
const attributes: Readonly<Record<string, string>> = { O: '55040a', CN: '550403' };

const name = (parts: Readonly<Record<string, string>>): Buffer =>
  sequence(
    ...Object.entries(parts).map(([attribute, value]) =>
      der(0x31, sequence(der(0x06, Buffer.from(attributes[attribute] ?? '', 'hex')), der(0x0c, Buffer.from(value)))),
    ),
  );
