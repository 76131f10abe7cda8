import type { AnySource } from '../../integrations/contract/registry.js';
import { connectCall, vendorWords } from '../connect/arrival.js';
import { type Context, say } from '../context.js';
import { readEnvironment } from '../environment.js';
import { Failure } from '../failure.js';
import { installation } from '../installation.js';
import type { TryFolder } from './folder.js';

export type ReadableSource = AnySource & { history: NonNullable<AnySource['history']> };

/** The source, connected with what reading needs. Throws Failure in plain words. */
export function readableSource(context: Context, id: string): ReadableSource {
  const known = [...installation({}).registry.sources.values()].filter(({ history }) => history !== undefined);
  const history = known.find((source) => source.id === id)?.history;
  if (!history)
    throw new Failure(
      'notFound',
      `The past of ${id} cannot be read; that of these can: ${known.map((source) => source.id).join(', ')}`,
    );
  const { env } = readEnvironment(context.env).settings;
  if (!env[history.token])
    throw new Failure(
      'notAllowed',
      `${history.token} is not set; set it to a read-only REST API key: nothing is ever written with it`,
    );
  const wanted = Object.fromEntries(Object.entries(history.readOnly).filter(([name]) => !env[name]));
  const { registry, problems } = installation({ ...env, ...wanted });
  const family = `${history.token.split('_')[0] ?? ''}_`;
  const wrong = problems.filter((line) => line.startsWith(family));
  if (wrong.length > 0) throw new Failure('usage', wrong.join('\n'));
  return registry.sources.get(id) as ReadableSource;
}

/** Reads what is not recorded yet, and writes each incident down before the next. Gives those that are new. Rejects with Failure. */
export async function record(
  context: Context,
  source: ReadableSource,
  folder: TryFolder,
  span: { since: string; until: string },
): Promise<string[]> {
  const shows = progress(context);
  const fresh: string[] = [];
  try {
    const call = source.with(connectCall(context));
    let read = 0;
    for await (const one of source.history.read(call, { ...span, has: folder.isOver, progress: shows.tell })) {
      if (await folder.add(one)) fresh.push(one.externalId);
      read += 1;
      shows.tell(`${read} incidents read, now at ${one.createdAt.slice(0, 10)}`);
    }
    return fresh;
  } catch (error) {
    const words = vendorWords(error);
    throw words instanceof Failure && words.exit === 'notAllowed'
      ? new Failure('notAllowed', `${words.message} (a read-only key is enough; ${source.history.token})`)
      : words;
  } finally {
    shows.end();
  }
}

/** One line that is written over, on a terminal only. */
function progress(context: Context): { tell: (says: string) => void; end: () => void } {
  const { tty, err } = context.terminal;
  let shown = false;
  return {
    tell: (says) => {
      if (!tty) return;
      shown = true;
      err(`\r\u001b[K  ${says}`);
    },
    end: () => {
      if (shown) say(context, '');
    },
  };
}
