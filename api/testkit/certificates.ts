import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate with its key, as PEM, and the files that they stand in. */
export interface Issued {
  cert: string;
  key: string;
  certFile: string;
  keyFile: string;
}

export interface Authority extends Issued {
  /** `extensions`: lines of OpenSSL's extension file. `days` 0: expired as soon as the clock has moved on. */
  issue: (name: string, options?: { sans?: string[]; days?: number; extensions?: string[] }) => Issued;
  /** An authority below this one. */
  below: (name: string) => Authority;
}

/** Certificates made by the machine's own `openssl`, in a folder of their own. */
export interface Certificates {
  authority: (name: string) => Authority;
  selfSigned: (name: string, sans?: string[]) => Issued;
  file: (name: string, text: string) => string;
  remove: () => void;
}

/** `undefined`: this machine has no `openssl`. */
export function makeCertificates(): Certificates | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const dir = mkdtempSync(join(tmpdir(), 'opssentinel-certificates-'));
  let made = 0;
  const openssl = (...parameters: string[]): void => void execFileSync('openssl', parameters, { stdio: 'pipe' });
  const issue = (
    name: string,
    { sans = [], days = 30, extensions = [] }: { sans?: string[]; days?: number; extensions?: string[] },
    by?: Issued,
  ): Issued => {
    made += 1;
    const at = (kind: string): string => join(dir, `${made}.${kind}`);
    const [keyFile, request, certFile, extensionFile] = [at('key'), at('csr'), at('pem'), at('ext')];
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', keyFile);
    openssl('req', '-new', '-utf8', '-key', keyFile, '-subj', `/O=Test/CN=${name.replaceAll('/', '\\/')}`, '-out', request);
    const lines = [...extensions, ...(sans.length > 0 ? [`subjectAltName=${sans.join(',')}`] : [])];
    writeFileSync(extensionFile, `${lines.join('\n')}\n`);
    const signer = by ? ['-CA', by.certFile, '-CAkey', by.keyFile, '-CAcreateserial'] : ['-signkey', keyFile];
    openssl(
      'x509',
      '-req',
      '-in',
      request,
      ...signer,
      '-days',
      String(days),
      '-sha256',
      '-extfile',
      extensionFile,
      '-out',
      certFile,
    );
    return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  };
  const isAuthority = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign', 'subjectKeyIdentifier=hash'];
  const authorityOf = (own: Issued): Authority => ({
    ...own,
    issue: (name, options = {}) =>
      issue(
        name,
        { ...options, extensions: options.extensions ?? ['basicConstraints=CA:FALSE', 'extendedKeyUsage=clientAuth,serverAuth'] },
        own,
      ),
    below: (name) => authorityOf(issue(name, { extensions: isAuthority }, own)),
  });
  return {
    authority: (name) => authorityOf(issue(name, { extensions: isAuthority })),
    selfSigned: (name, sans = []) => issue(name, { sans }),
    file: (name, text) => {
      const path = join(dir, name);
      writeFileSync(path, text);
      return path;
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
