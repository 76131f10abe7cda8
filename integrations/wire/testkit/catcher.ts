import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Proof, RawRequest } from '../../contract/source.js';
import { rawRequest } from '../../contract/testkit/raw-request.js';

/** A server in the API's place that keeps what senders send, byte for byte. */
export interface Catcher {
  address: string;
  /** What arrived at this path; everything that arrived is forgotten then. */
  taken: (path: string, proofs?: readonly Proof[]) => RawRequest[];
  /** Status of the next answers; then 202 again. */
  answerWith: (...statuses: number[]) => void;
  reset: () => void;
  close: () => Promise<void>;
}

export async function startCatcher(): Promise<Catcher> {
  const arrived: { path: string; request: RawRequest }[] = [];
  let answers: number[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
      arrived.push({ path: incoming.url ?? '', request: rawRequest(body, { headers }) });
      response.writeHead(answers.shift() ?? 202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: (path, proofs = []) => arrived.splice(0).flatMap((one) => (one.path === path ? [{ ...one.request, proofs }] : [])),
    answerWith: (...statuses) => void (answers = statuses),
    reset: () => {
      arrived.length = 0;
      answers = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
