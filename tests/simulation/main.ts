import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { play } from './seed.js';

// npm run simulate -- --seed 7         one seed, with everything that happens in it
// npm run simulate -- --seeds 50000    many, on all processors; --from 1 is where they begin

interface Share {
  from: number;
  to: number;
}

interface Found {
  seed: number;
  violations: string[];
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const everySeeds = 250;

/** One seed that fails, and how it is played alone. */
export const failure = ({ seed, violations }: Found): string =>
  [`seed ${seed}:`, ...violations.map((says) => `  ${says}`), `  again, alone:  npm run simulate -- --seed ${seed}`].join('\n');

function playShare({ from, to }: Share): void {
  for (let seed = from; seed <= to; seed++) {
    const { violations } = play(seed);
    if (violations.length > 0) parentPort?.postMessage({ seed, violations } satisfies Found);
    if ((seed - from + 1) % everySeeds === 0) parentPort?.postMessage(everySeeds);
  }
}

function playOne(seed: number): number {
  const { violations, counts } = play(seed, say);
  say('');
  for (const [what, times] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) say(`${String(times).padStart(5)}  ${what}`);
  say(violations.length === 0 ? '\nno violation' : `\n${failure({ seed, violations })}`);
  return violations.length === 0 ? 0 : 1;
}

async function playMany(first: number, count: number): Promise<number> {
  const began = Date.now();
  const threads = Math.max(1, Math.min(availableParallelism(), Math.ceil(count / everySeeds)));
  const each = Math.ceil(count / threads);
  let failed = 0;
  let done = 0;
  const take = (message: Found | number): void => {
    if (typeof message !== 'number') {
      failed += 1;
      say(failure(message));
      return;
    }
    done += message;
    if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${count} seeds`);
  };
  const ended = (from: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const share: Share = { from, to: Math.min(from + each - 1, first + count - 1) };
      const worker = new Worker(new URL(import.meta.url), { workerData: share });
      worker.on('message', take);
      worker.on('error', reject);
      worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a thread ended with ${code}`))));
    });
  await Promise.all(
    Array.from({ length: threads }, (_, thread) => first + thread * each)
      .filter((from) => from < first + count)
      .map(ended),
  );
  say(`\n${count} seeds of 50 incidents in ${((Date.now() - began) / 1000).toFixed(1)} s: ${failed} with violations`);
  return failed === 0 ? 0 : 1;
}

/** A whole number that was typed. */
function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  process.stderr.write(`--${option} must be a whole number from 1 on, not "${text}".\n`);
  return process.exit(2);
}

if (isMainThread) {
  const { values } = parseArgs({
    options: { seed: { type: 'string' }, seeds: { type: 'string', default: '2000' }, from: { type: 'string', default: '1' } },
  });
  process.exitCode =
    values.seed === undefined
      ? await playMany(wholeNumber(values.from, 'from'), wholeNumber(values.seeds, 'seeds'))
      : playOne(wholeNumber(values.seed, 'seed'));
} else playShare(workerData as Share);
