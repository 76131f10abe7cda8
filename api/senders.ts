import { readFileSync } from 'node:fs';
import { parseDoorTokens, type DoorTokens } from './door/door-tokens.js';
import { type ClientCertificates, createClientCertificates, parseCertificateRules } from './door/client-certificates.js';
import { createTls, type Tls } from './tls.js';

/** What senders can prove themselves by, whatever their body. */
export interface Senders {
  tokens: DoorTokens;
  certificates: ClientCertificates;
  /** Undefined: the API speaks plain HTTP. */
  tls: Tls | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** From OPSSENTINEL_DOOR_TOKENS, OPSSENTINEL_MTLS, OPSSENTINEL_TLS_CERT and OPSSENTINEL_TLS_KEY; every problem names its variable. */
export function readSenders(
  env: Environment,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): { senders: Senders; problems: string[] } {
  const problems: string[] = [];
  const attempt = <Result>(make: () => Result, otherwise: Result): Result => {
    try {
      return make();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return otherwise;
    }
  };
  const tokens = attempt(() => parseDoorTokens(env['OPSSENTINEL_DOOR_TOKENS']), parseDoorTokens(undefined));
  const rules = attempt(() => parseCertificateRules(env['OPSSENTINEL_MTLS']), []);
  const none = createClientCertificates([], readFile);
  const certificates = attempt(() => createClientCertificates(rules, readFile), none);
  const { OPSSENTINEL_TLS_CERT: cert, OPSSENTINEL_TLS_KEY: key } = env;
  const tls = cert && key ? attempt(() => createTls({ cert, key }, certificates, readFile), undefined) : undefined;
  if (rules.length > 0 && !(cert && key))
    problems.push(
      'OPSSENTINEL_MTLS: certificates of senders are checked where TLS ends, and that is not here: set OPSSENTINEL_TLS_CERT and OPSSENTINEL_TLS_KEY',
    );
  if (alsoForTheApi(env))
    problems.push('OPSSENTINEL_DOOR_TOKENS: one of its tokens may call the API as well; give every sender a token of its own');
  return { senders: { tokens, certificates, tls }, problems };
}

/** A token that is handed to an outside tool must not open the API. */
function alsoForTheApi({ OPSSENTINEL_API_TOKENS: api, OPSSENTINEL_DOOR_TOKENS: doors }: Environment): boolean {
  const hashes = (text: string | undefined): string[] => (text ?? '').match(/[0-9a-f]{64}(?=\s*(?:,|$))/g) ?? [];
  const own = new Set(hashes(api));
  return hashes(doors).some((hash) => own.has(hash));
}
