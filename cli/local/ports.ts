import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';

/** A port that something is going to listen on. */
export interface WantedPort {
  port: number;
  /** For people: `API`. */
  what: string;
  /** The variable that chooses another. */
  variable: string;
}

export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/** Throws PortTaken, naming every taken port, who holds it if that can be seen, and how to choose another. */
export async function checkPorts(wanted: readonly WantedPort[], host = '127.0.0.1'): Promise<void> {
  const taken: string[] = [];
  for (const { port, what, variable } of wanted) {
    if (port === 0 || (await isFree(port, host))) continue;
    const holder = await holderOf(port);
    taken.push(
      `Port ${port} (${what}) is taken${holder === undefined ? ` by another program (see who: lsof -i :${port})` : ` by ${holder}`}. Choose another: ${variable}=${another(port)}`,
    );
  }
  if (taken.length > 0) throw new PortTaken(taken.join('\n'));
}

/** Far from the defaults of ours, several of which lie a thousand apart. */
const another = (port: number): number => (port < 50_000 ? port + 10_000 : port - 10_000);

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port that is free now. Somebody else may take it before it is used. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** `node (process 123)`, from Linux's own tables; undefined elsewhere, or where we may not look. */
async function holderOf(port: number): Promise<string | undefined> {
  const inodes = new Set<string>();
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === '0A' && local?.endsWith(`:${hex}`) === true && inode !== undefined) inodes.add(`socket:[${inode}]`);
    }
  }
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      const link = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
      if (inodes.has(link))
        return `${(await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a program')).trim()} (process ${pid})`;
    }
  }
  return undefined;
}
