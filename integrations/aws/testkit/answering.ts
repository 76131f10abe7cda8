import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What was asked, whole. */
export interface Asked {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server in the place of AWS that keeps what it is asked, and answers as the test says. */
export interface Answering {
  address: string;
  asked: Asked[];
  /** From now on. Whoever does not end the response leaves it waiting. */
  answer: (how: (response: ServerResponse, asked: Asked) => void) => void;
  close: () => Promise<void>;
}

export async function startAnswering(): Promise<Answering> {
  const asked: Asked[] = [];
  let answer: Parameters<Answering['answer']>[0] = (response) => response.writeHead(404).end();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
      asked.push(one);
      answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: (how) => void (answer = how),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
