const offset = 14_695_981_039_346_656_037n;
const prime = 1_099_511_628_211n;
const separator = 0xff;

/**
 * Prometheus' fingerprint of a label set: FNV-1a, 64 bits, over name, 0xff, value, 0xff in the order of the names' bytes.
 * Source: prometheus/common model/signature.go, `labelSetToFingerprint`. 16 hex digits.
 */
export function fingerprintOf(labels: Readonly<Record<string, string>>): string {
  let hash = offset;
  const add = (byte: number): void => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * prime);
  };
  const encoded = Object.entries(labels).map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const);
  for (const pair of encoded.toSorted(([one], [other]) => one.compare(other)))
    for (const part of pair) {
      part.forEach(add);
      add(separator);
    }
  return hash.toString(16).padStart(16, '0');
}
