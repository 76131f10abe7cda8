import { writeFileSync } from 'node:fs';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startBench, type Bench } from '../testkit/bench.js';
import { type Authority, type Certificates, type Issued, makeCertificates } from '../testkit/certificates.js';
import { doors, openSource } from '../testkit/open-source.js';
import { parseCertificateRules } from './client-certificates.js';

const made = makeCertificates();
// Where a machine has no `openssl`, these are reported as skipped, not as passed.
const why = made ? '' : ' (skipped: there is no openssl here)';
const given = (title: string, test: () => Promise<void>): void => (made ? it : it.skip)(title + why, test);
const certificates = made as Certificates;
const name = 'webhooks.pagerduty.com';

let root: Authority;
let otherRoot: Authority;
let server: Issued;
let bench: Bench;
beforeAll(() => {
  if (!made) return;
  root = made.authority('Root of the sender');
  otherRoot = made.authority('Root of another sender');
  server = made.authority('Our own').issue('localhost', { sans: ['DNS:localhost', 'IP:127.0.0.1'] });
});
afterAll(() => made?.remove());

interface Shown {
  client?: { cert: string; key: string };
  path?: string;
  tls?: RequestOptions;
}

let events = 0;
/** The status, or the code of the error on the connection. */
function send({ client, path = doors.certificate, tls = {} }: Shown): Promise<number | string> {
  events += 1;
  const body = JSON.stringify({ alerts: [{ id: `E${events}`, incident: `Q${events}` }] });
  return new Promise((resolve) => {
    const sent = httpsRequest(
      new URL(path, bench.address),
      { method: 'POST', rejectUnauthorized: false, agent: false, ...client, ...tls },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end(body);
  });
}

const files = (own = server) => ({ OPSSENTINEL_TLS_CERT: own.certFile, OPSSENTINEL_TLS_KEY: own.keyFile });
const setUp = async (
  mtls = `certificate=${name},webhooks.eu.pagerduty.com@${root.certFile}; other=sns.example@${otherRoot.certFile}`,
  limits = {},
) => {
  bench = await startBench({ source: openSource, env: { ...files(), OPSSENTINEL_MTLS: mtls }, limits });
};

describe('M19: a door that takes a client certificate', () => {
  afterEach(async () => {
    if (made) await bench.close();
  });

  given('takes one of the authority, by CN or by a DNS name, and says whose it is', async () => {
    await setUp();
    expect(bench.address).toMatch(/^https:/);
    expect(await send({ client: root.issue(name) })).toBe(202);
    expect(await send({ client: root.issue('PagerDuty', { sans: ['DNS:x.example', `DNS:${name}`] }) })).toBe(202);
    expect(await send({ client: root.issue('webhooks.eu.pagerduty.com') })).toBe(202);
    expect(bench.temporal.calls[0]?.options.args[0].delivery).toMatchObject({
      trust: 'mtls',
      authenticatedBy: `client certificate ${name}`,
    });
  });

  given('takes one of an authority below it, when the chain comes with it', async () => {
    await setUp();
    const between = root.below('Between');
    const own = between.issue(name);
    expect(await send({ client: { key: own.key, cert: own.cert + between.cert } })).toBe(202);
    expect(await send({ client: own })).toBe(401);
  });

  given('wants the root in the file: a chain that ends before one is never trusted, so the start says so', async () => {
    await setUp();
    const { certFile } = root.below('Between');
    await expect(
      startBench({ source: openSource, env: { ...files(), OPSSENTINEL_MTLS: `certificate=${name}@${certFile}` } }),
    ).rejects.toThrow('holds no root');
  });

  given('takes old and new authority while one is replaced', async () => {
    await setUp(`certificate=${name}@${root.certFile};certificate=${name}@${otherRoot.certFile}`);
    expect(await send({ client: root.issue(name) })).toBe(202);
    expect(await send({ client: otherRoot.issue(name) })).toBe(202);
  });

  const refused: [string, () => { cert: string; key: string } | undefined][] = [
    ['none at all', () => undefined],
    ['a longer name', () => root.issue(`${name}.evil.tld`)],
    ['a name before it', () => root.issue(`evil-${name}`)],
    ['another case', () => root.issue('Webhooks.PagerDuty.com')],
    ['a letter that only looks like it when made small', () => root.issue('web\u212Aooks.pagerduty.com')],
    ['a wildcard that would cover it', () => root.issue('x', { sans: ['DNS:*.pagerduty.com', 'DNS:*'] })],
    ['a name inside another kind of name', () => root.issue('x', { sans: [`email:${name}@evil.tld`, `URI:https://${name}/`] })],
    ['a name hidden behind a comma', () => root.issue(`x, DNS:${name}`)],
    [
      'a name inside another one, behind a comma',
      () => root.issue('x', { extensions: ['subjectAltName=@names', '[names]', `URI.1=http://a/, DNS:${name}`] }),
    ],
    [
      'a name before a zero byte',
      () =>
        root.issue('x', {
          // A DNS name of which a reader of C strings sees the beginning alone.
          extensions: [`subjectAltName=DER:30:1e:82:1c:${Buffer.from(`${name}\0.evil`).toString('hex').match(/../g)?.join(':')}`],
        }),
    ],
    ['one that it signed itself', () => certificates.selfSigned(name)],
    ["one of the other door's authority", () => otherRoot.issue(name)],
    ["one of nobody's authority", () => certificates.authority('Nobody').issue(name)],
    ['one of an authority of the same name', () => certificates.authority('Root of the sender').issue(name)],
    [
      'one that an ordinary certificate of the authority has signed',
      () => {
        const ordinary = root.issue(name);
        const forged = certificates.authority('x');
        return { key: forged.key, cert: forged.cert + ordinary.cert };
      },
    ],
    ['one for servers alone', () => root.issue(name, { extensions: ['extendedKeyUsage=serverAuth'] })],
  ];
  (made ? it : it.skip).each(refused)(`is not opened by %s${why}`, async (_what, client) => {
    await setUp();
    const shown = client();
    expect(await send(shown ? { client: shown } : {})).toBe(401);
    expect(bench.temporal.calls).toHaveLength(0);
  });

  given('is not opened by a certificate of the right name at the wrong door, nor by one that has run out', async () => {
    await setUp();
    expect(await send({ client: root.issue(name), path: doors.other })).toBe(401);
    expect(await send({ client: otherRoot.issue('sns.example'), path: doors.other })).toBe(202);
    const short = root.issue(name, { days: 0 });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await send({ client: short })).toBe(401);
  });

  given('a leaf that is not an authority cannot sign another one', async () => {
    await setUp();
    const ordinary = root.issue(name);
    const asAuthority = certificates.file('ordinary.pem', ordinary.cert);
    await expect(
      startBench({ source: openSource, env: { ...files(), OPSSENTINEL_MTLS: `certificate=${name}@${asAuthority}` } }),
    ).rejects.toThrow("holds a certificate that is no authority's");
  });

  given('speaks TLS 1.2, as PagerDuty does, and nothing older; a session is never resumed', async () => {
    await setUp();
    const client = root.issue(name);
    expect(await send({ client, tls: { maxVersion: 'TLSv1.2' } })).toBe(202);
    expect(await send({ client, tls: { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } })).not.toBe(
      202,
    );

    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const first = await handshake({ ...client, maxVersion });
      const again = await handshake({ ...client, maxVersion, ...(first.session ? { session: first.session } : {}) });
      expect(again.resumed).toBe(false);
    }
  });

  given('takes up changed certificates without a restart, and keeps those before when the new ones are wrong', async () => {
    const authority = certificates.file('authority.pem', root.cert);
    const [certFile, keyFile] = [certificates.file('own.pem', server.cert), certificates.file('own.key', server.key)];
    bench = await startBench({
      source: openSource,
      env: { OPSSENTINEL_TLS_CERT: certFile, OPSSENTINEL_TLS_KEY: keyFile, OPSSENTINEL_MTLS: `certificate=${name}@${authority}` },
      limits: { certificatesEveryMs: 50 },
    });
    const [before, after] = [root.issue(name), otherRoot.issue(name)];
    expect([await send({ client: before }), await send({ client: after })]).toEqual([202, 401]);

    writeFileSync(certFile, 'nonsense');
    await until(() => bench.logged().includes('are refused; those before stay'));
    expect(await send({ client: before })).toBe(202);

    const fresh = certificates.authority('Our own again').issue('localhost');
    writeFileSync(certFile, fresh.cert);
    writeFileSync(keyFile, fresh.key);
    writeFileSync(authority, otherRoot.cert);
    await until(() => bench.logged().includes('other certificates are in force now'));
    expect([await send({ client: before }), await send({ client: after })]).toEqual([401, 202]);
    expect((await handshake({})).peer).toContain('CN=Our own again');
    expect(bench.logged()).not.toContain('PRIVATE KEY');
  });
});

describe('what is configured wrongly refuses the start', () => {
  const refused = (env: Record<string, string>): Promise<string> =>
    startBench({ source: openSource, env }).then(
      async (started) => {
        await started.close();
        return 'it started';
      },
      (error: Error) => error.message,
    );

  given(
    'with what to do: no TLS of our own, files that are not there, a key of another certificate, a door that is not there',
    async () => {
      const mtls = `certificate=${name}@${root.certFile}`;
      expect(await refused({ OPSSENTINEL_MTLS: mtls })).toContain('set OPSSENTINEL_TLS_CERT and OPSSENTINEL_TLS_KEY');
      expect(await refused({ ...files(), OPSSENTINEL_MTLS: `certificate=${name}@/nowhere.pem` })).toContain(
        'cannot read /nowhere.pem (ENOENT)',
      );
      expect(await refused({ ...files(), OPSSENTINEL_TLS_KEY: root.keyFile })).toContain('is not the key of');
      expect(await refused({ ...files(), OPSSENTINEL_MTLS: `token=${name}@${root.certFile}` })).toContain(
        'no door token takes a client certificate; those that do: certificate, other',
      );
    },
  );
});

describe('OPSSENTINEL_MTLS', () => {
  it('reads names, doors and files; patterns and what cannot be read are refused by their number', () => {
    expect(parseCertificateRules(` pagerduty = a.b , c.d @ /x/y@z.pem ;\n sns=e@/f.pem;`)).toEqual([
      { door: 'pagerduty', names: ['a.b', 'c.d'], caFile: '/x/y@z.pem' },
      { door: 'sns', names: ['e'], caFile: '/f.pem' },
    ]);
    expect(() => parseCertificateRules('pagerduty=*.pagerduty.com@/x.pem;sns=/f.pem;a=b,@/c.pem;*=b@/c.pem')).toThrow(
      /entry 1: the names of pagerduty .*; entry 2: write door=.*; entry 3: the names of a .*; entry 4: write door=/,
    );
    expect(parseCertificateRules(undefined)).toEqual([]);
  });
});

interface Handshake {
  resumed: boolean;
  session: Buffer | undefined;
  peer: string;
}

/** One request over one connection, and whether its session was resumed. */
function handshake(options: Record<string, unknown>): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(bench.address);
    let session: Buffer | undefined;
    let text = '';
    const socket: TLSSocket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false, ...options }, () => {
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    });
    socket.on('session', (ticket: Buffer) => {
      session = ticket;
    });
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    const peer = (): string => socket.getPeerX509Certificate()?.issuer ?? '';
    socket.once('secureConnect', () => {
      const issuer = peer();
      const resumed = socket.isSessionReused();
      socket.once('close', () => {
        expect(text).toContain('200 OK');
        resolve({ resumed, session, peer: issuer });
      });
    });
    socket.once('error', reject);
  });
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(holds()).toBe(true);
}
