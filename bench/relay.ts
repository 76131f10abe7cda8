import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One webhook that went through: when it was sent on, and how long its answer took. Milliseconds since the epoch. */
export interface Relayed {
  eventType: string;
  incident: string;
  sentAt: number;
  tookMs: number;
  status: number;
}

/** Stands between the simulated PagerDuty and our door, and looks at the clock. */
export async function startRelay(): Promise<{
  url: string;
  forwardTo: (url: string) => void;
  seen: Relayed[];
  close: () => void;
}> {
  const seen: Relayed[] = [];
  let target = '';
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => !['host', 'connection', 'content-length'].includes(name)),
      ) as Record<string, string>;
      const sentAt = Date.now();
      const from = performance.now();
      void fetch(target, { method: 'POST', body, headers })
        .then(({ status }) => {
          const { event } = JSON.parse(body.toString()) as { event: { event_type: string; data: { id?: string } } };
          seen.push({
            eventType: event.event_type,
            incident: event.data.id ?? '',
            sentAt,
            tookMs: performance.now() - from,
            status,
          });
          response.writeHead(status).end();
        })
        .catch(() => response.writeHead(503).end());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, forwardTo: (url) => void (target = url), seen, close: () => void server.close() };
}
