import { appendFile, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyOf, parseInterrupted, type Recorded, recordedLine } from '../backtest/recorded.js';

/** The only place that is ever written to: below where the command was typed. */
export const folderName = 'opssentinel-try';

const ownerOnly = 0o600;

/** What was recorded so far. */
export interface TryFolder {
  /** For people. */
  shown: string;
  file: string;
  all: () => Recorded[];
  /** Whether it is recorded to its end. */
  isOver: (externalId: string) => boolean;
  /** Written before it resolves; `false`: the same stands there already. */
  add: (one: Recorded) => Promise<boolean>;
  /** What `rules new --from` takes: gives its path, for people. */
  keepExample: (one: Recorded) => Promise<string>;
}

/** Goes on where another run was interrupted. Rejects with Failure where the file there is no recording. */
export async function openFolder(cwd: string, source: string): Promise<TryFolder> {
  const folder = join(cwd, folderName);
  const examples = join(folder, 'not-covered');
  const name = `${source}.jsonl`;
  const file = join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const shown = `${folderName}/${name}`;
  const known = new Map(parseInterrupted(text, shown).map((one) => [keyOf(one), one]));
  // A line that was cut off must not become the beginning of the next one.
  await writeFile(file, text.slice(0, text.lastIndexOf('\n') + 1), { mode: ownerOnly });
  await chmod(file, ownerOnly);
  const over = new Set([...known.values()].filter(isOver).map(({ externalId }) => externalId));
  return {
    shown: `./${shown}`,
    file,
    all: () => [...known.values()],
    isOver: (externalId) => over.has(externalId),
    add: async (one) => {
      const before = known.get(keyOf(one));
      if (before && recordedLine(before) === recordedLine(one)) return false;
      await appendFile(file, recordedLine(one), { mode: ownerOnly });
      known.set(keyOf(one), one);
      if (isOver(one)) over.add(one.externalId);
      return before === undefined;
    },
    keepExample: async ({ source: from, externalId, generation, incident, alerts }) => {
      await mkdir(examples, { recursive: true, mode: 0o700 });
      const plain = externalId.replace(/[^A-Za-z0-9.-]/g, '_');
      const reading = { source: from, externalId, generation, incident, alerts };
      await writeFile(join(examples, `${plain}.json`), `${JSON.stringify(reading, undefined, 2)}\n`, { mode: ownerOnly });
      return `${folderName}/not-covered/${plain}.json`;
    },
  };
}

const isOver = ({ deeds }: Recorded): boolean => deeds.some(({ did }) => did === 'resolved' || did === 'merged');
