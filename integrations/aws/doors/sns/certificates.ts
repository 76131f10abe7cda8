import { z } from 'zod';
import type { VendorError } from '../../../contract/errors.js';
import { createHttp } from '../../../wire/http.js';
import { readCertificate, type SigningCertificate } from './certificate.js';
import { reachedAt } from './hosts.js';

/** Reads signing certificates, each once. */
export interface Certificates {
  /** `later`: it cannot be read now. `never`: what stands there is certainly no certificate of SNS. Never rejects. */
  at: (url: string, signal: AbortSignal) => Promise<Looked>;
}

export type Looked = { certificate: SigningCertificate } | { later: string } | { never: string };

/** Milliseconds. */
const deadlineMs = 5_000;
/** Real ones are 2 KB. Bytes. */
const largestAnswer = 32_768;
/** SNS has one or two per region. */
const mostKnown = 50;
const mostFetched = 8;
const mostFailed = 500;
/** How long a failure stands before it is tried again: shorter than the 20 s after which SNS sends again. Milliseconds. */
const failureStandsMs = 10_000;

/** `endpoint`: where AWS is reached instead of the host that an address names, which is then told in the header `Host`. */
export function createCertificates(endpoint: string | undefined, now: () => number = Date.now): Certificates {
  const http = createHttp({ vendor: 'aws', secrets: [], deadlineMs, largestAnswer });
  const known = new Map<string, SigningCertificate>();
  const failed = new Map<string, { looked: Looked; until: number }>();
  const fetched = new Map<string, Promise<Looked>>();

  const ask = async (url: string): Promise<Looked> => {
    const { host, pathname } = new URL(url);
    try {
      const { body } = await http(
        // Goes on when the one who asked has gone, so that the next one finds it.
        { signal: new AbortController().signal, now },
        {
          method: 'GET',
          url: `${reachedAt(host, endpoint)}${pathname}`,
          operation: 'GET the signing certificate of SNS',
          headers: { host },
          answer: z.string(),
        },
      );
      const read = readCertificate(body);
      return typeof read === 'string' ? { never: read } : { certificate: read };
    } catch (error) {
      // Nothing else is thrown by what `createHttp` made.
      const { fault, message } = error as VendorError;
      return fault === 'absent' ? { never: 'there is nothing at SigningCertURL' } : { later: message };
    }
  };

  const fetch = (url: string): Promise<Looked> => {
    const looking = ask(url).then((looked) => {
      fetched.delete(url);
      if ('certificate' in looked) keep(known, url, looked.certificate, mostKnown);
      else keep(failed, url, { looked, until: now() + failureStandsMs }, mostFailed);
      return looked;
    });
    fetched.set(url, looking);
    return looking;
  };

  return {
    at: async (url, signal) => {
      const certificate = known.get(url);
      if (certificate) return { certificate };
      const failure = failed.get(url);
      if (failure && failure.until > now()) return failure.looked;
      const running = fetched.get(url);
      if (!running && fetched.size >= mostFetched) return { later: 'too many signing certificates are being read at once' };
      return Promise.race([running ?? fetch(url), gone(signal)]);
    },
  };
}

const gone = (signal: AbortSignal): Promise<Looked> => {
  const late: Looked = { later: 'the signing certificate of SNS could not be read in time' };
  return signal.aborted ? Promise.resolve(late) : new Promise((resolve) => signal.addEventListener('abort', () => resolve(late)));
};

/** What was kept first goes first. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value as string);
}
