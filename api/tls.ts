import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import type { Server, ServerOptions } from 'node:https';
import type { Logger } from 'pino';
import type { ClientCertificates } from './door/client-certificates.js';

/** Our own certificate and its key, as PEM files. */
export interface TlsFiles {
  cert: string;
  key: string;
}

/** TLS of the API's own, and how it follows certificates that are replaced. */
export interface Tls {
  options: () => ServerOptions;
  /** Takes up changed files. What is wrong with them is logged, and what was before stays. */
  refresh: (server: Pick<Server, 'setSecureContext'>, log: Pick<Logger, 'info' | 'error'>) => void;
}

/** Throws an Error that says which file cannot serve. */
export function createTls(files: TlsFiles, certificates: ClientCertificates, readFile: (path: string) => string): Tls {
  let pair = readPair(files, readFile);
  let failed = '';
  const options = (): ServerOptions => {
    const authorities = certificates.authorities();
    return {
      ...pair,
      ...(authorities.length === 0 ? {} : { ca: authorities, requestCert: true }),
      // Doors take other proofs too: who has no certificate is judged by the door.
      rejectUnauthorized: false,
      // PagerDuty speaks TLS 1.2 and nothing newer (its developer docs, webhooks, "Mutual TLS").
      minVersion: 'TLSv1.2',
      // A resumed session is not verified again, and its ticket does not hold the certificates that came with the client's own.
      secureOptions: constants.SSL_OP_NO_TICKET,
      handshakeTimeout: 10_000,
    };
  };
  return {
    options,
    refresh: (server, log) => {
      const before = stateOf(pair, certificates);
      try {
        certificates.reload();
        pair = readPair(files, readFile);
        failed = '';
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (why !== failed) log.error({ why }, 'the changed certificates are refused; those before stay');
        failed = why;
        return;
      }
      if (stateOf(pair, certificates) === before) return;
      server.setSecureContext(options());
      log.info({ validTo: new X509Certificate(pair.cert).validTo }, 'other certificates are in force now');
    },
  };
}

const stateOf = ({ cert, key }: { cert: string; key: string }, certificates: ClientCertificates): string =>
  [cert, key, ...certificates.authorities()].join('\n');

function readPair({ cert, key }: TlsFiles, readFile: (path: string) => string): { cert: string; key: string } {
  const read = { cert: pem('OPSSENTINEL_TLS_CERT', cert, readFile), key: pem('OPSSENTINEL_TLS_KEY', key, readFile) };
  let fits: boolean;
  try {
    fits = new X509Certificate(read.cert).checkPrivateKey(createPrivateKey(read.key));
  } catch {
    throw new Error(
      `OPSSENTINEL_TLS_CERT: ${cert} or ${key} is not in PEM form, or the key has a password; give both in the clear`,
    );
  }
  if (!fits) throw new Error(`OPSSENTINEL_TLS_KEY: ${key} is not the key of ${cert}`);
  return read;
}

function pem(variable: string, path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path);
  } catch (error) {
    throw new Error(
      `${variable}: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? 'error'}); check the path and its rights`,
    );
  }
}
