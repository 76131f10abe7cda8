import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket, type DetailedPeerCertificate } from 'node:tls';

/** Who may send to a door with a certificate of their own. */
export interface CertificateRule {
  door: string;
  /** Names as they stand in the certificate, as CN or DNS name, letter by letter. */
  names: readonly string[];
  /** PEM file of the authorities that the certificate must come from. */
  caFile: string;
}

export interface ClientCertificates {
  rules: readonly CertificateRule[];
  open: (door: string) => boolean;
  /** PEM of all authorities of all doors: what the TLS handshake asks for. */
  authorities: () => string[];
  /** The name that this connection has proven for this door at this time (epoch milliseconds). */
  prove: (socket: Socket, door: string, now: number) => string | undefined;
  /** Reads the files again. Throws an Error, and then all stays as it was. */
  reload: () => void;
}

/**
 * Reads OPSSENTINEL_MTLS: `door=name,name@/file/of/authorities.pem`, entries separated by semicolons; a door may have several. Names are
 * exact: no pattern, no suffix. Throws an Error that lists every wrong entry.
 */
export function parseCertificateRules(text: string | undefined): CertificateRule[] {
  const problems: string[] = [];
  const entries = (text ?? '')
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const rules = entries.flatMap((entry, index) => {
    const [, door = '', list = '', caFile = ''] = /^([a-z0-9][a-z0-9._-]*)\s*=([^@]*)@\s*(\S.*)$/.exec(entry) ?? [];
    const names = list.split(',').map((name) => name.trim());
    if (door === '') problems.push(`entry ${index + 1}: write door=name,name@/file/of/authorities.pem`);
    else if (!names.every((name) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,253}$/.test(name)))
      problems.push(`entry ${index + 1}: the names of ${door} must be written out, without * or spaces`);
    else return [{ door, names, caFile }];
    return [];
  });
  if (problems.length > 0) throw new Error(`OPSSENTINEL_MTLS: ${problems.join('; ')}`);
  return rules;
}

/** Reads the authorities of every rule. Throws an Error that lists every file that cannot serve. */
export function createClientCertificates(
  rules: readonly CertificateRule[],
  readFile: (path: string) => string,
): ClientCertificates {
  let files = load(rules, readFile);
  return {
    rules,
    open: (door) => rules.some((rule) => rule.door === door),
    authorities: () => [...files.values()].flat().map((certificate) => certificate.toString()),
    prove: (socket, door, now) => {
      // OpenSSL has judged the chain against the authorities of all doors: signatures, purposes, path lengths, name constraints.
      if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
      const peer = socket.getPeerCertificate(true);
      const [own, ...others] = presented(peer);
      if (!own) return undefined;
      const names = namesIn(own, peer);
      for (const rule of rules) {
        const name = rule.door === door ? rule.names.find((one) => names.has(one)) : undefined;
        if (name !== undefined && leadsTo(own, others, files.get(rule.caFile) ?? [], now)) return name;
      }
      return undefined;
    },
    reload: () => {
      files = load(rules, readFile);
    },
  };
}

type Authorities = Map<string, X509Certificate[]>;

function load(rules: readonly CertificateRule[], readFile: (path: string) => string): Authorities {
  const problems: string[] = [];
  const files: Authorities = new Map();
  for (const caFile of new Set(rules.map((rule) => rule.caFile))) {
    try {
      const blocks = readFile(caFile).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
      const certificates = blocks.map((block) => new X509Certificate(block));
      if (certificates.length === 0) problems.push(`${caFile} holds no certificate in PEM form`);
      else if (!certificates.every(({ ca }) => ca)) problems.push(`${caFile} holds a certificate that is no authority's`);
      // OpenSSL judges whole chains; Node's servers cannot tell it to trust one that ends before a root.
      else if (!certificates.some((one) => issued(one, one)))
        problems.push(`${caFile} holds no root: add the self-signed certificate that the chain ends in`);
      files.set(caFile, certificates);
    } catch (error) {
      problems.push(`cannot read ${caFile} (${(error as NodeJS.ErrnoException).code ?? 'no certificate'})`);
    }
  }
  if (problems.length > 0) throw new Error(`OPSSENTINEL_MTLS: ${problems.join('; ')}`);
  return files;
}

/** The certificate shown and those that came with it. */
function presented(peer: DetailedPeerCertificate): X509Certificate[] {
  const chain = new Map<string, X509Certificate>();
  // An authority's own certificate has itself as its issuer.
  for (let next: DetailedPeerCertificate | undefined = peer; next?.raw !== undefined; next = next.issuerCertificate) {
    if (chain.has(next.fingerprint256)) break;
    chain.set(next.fingerprint256, new X509Certificate(next.raw));
  }
  return [...chain.values()];
}

/** CN and DNS names. What holds quotes was written by somebody who wants to be misread: Node quotes names with commas in them. */
function namesIn(own: X509Certificate, peer: DetailedPeerCertificate): ReadonlySet<string> {
  const { CN } = peer.subject as { CN?: string | string[] };
  const listed = own.subjectAltName ?? '';
  const alternatives = listed.includes('"') ? [] : listed.split(', ').filter((name) => name.startsWith('DNS:'));
  return new Set([...(typeof CN === 'string' ? [CN] : []), ...alternatives.map((name) => name.slice('DNS:'.length))]);
}

/** No honest chain is longer. */
const longestChain = 6;

/** Whether one of these very authorities stands at the end, every link signed and in date. Another door's authority is nobody's here. */
function leadsTo(
  own: X509Certificate,
  others: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  now: number,
  depth = 0,
): boolean {
  if (!inDate(own, now) || depth > longestChain) return false;
  if (authorities.some((authority) => inDate(authority, now) && issued(authority, own))) return true;
  const issuers = others.filter((other) => other.ca && issued(other, own));
  return issuers.some((issuer) =>
    leadsTo(
      issuer,
      others.filter((other) => other !== issuer),
      authorities,
      now,
      depth + 1,
    ),
  );
}

const issued = (issuer: X509Certificate, certificate: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

const inDate = ({ validFrom, validTo }: X509Certificate, now: number): boolean =>
  Date.parse(validFrom) <= now && now <= Date.parse(validTo);
