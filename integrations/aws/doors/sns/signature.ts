import { type KeyObject, verify } from 'node:crypto';
import { type Envelope, stringToSign } from './envelope.js';

/** Version 1 is what topics send unless they are told otherwise (contracts 2.1). */
const hashes: Readonly<Record<string, string>> = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' };

export const isKnownVersion = (version: string): boolean => Object.hasOwn(hashes, version);

/** Whether the message is signed by the holder of this key. Base64 must be written in the one usual way. */
export function isSignedBy(message: Envelope, key: KeyObject): boolean {
  const hash = hashes[message.SignatureVersion];
  const signature = Buffer.from(message.Signature, 'base64');
  if (hash === undefined || signature.toString('base64') !== message.Signature) return false;
  return verify(hash, Buffer.from(stringToSign(message)), key, signature);
}
