/**
 * `npm run mutate`: are the tests of what guards production themselves worth something? Breaks the code in every small way it knows and
 * looks whether a test fails. Never writes into the source tree: the broken code lives in the memory of child processes.
 *
 *   node tools/mutate.mjs [glob…] [--since COMMIT] [-o json] [--workers N]
 *
 * Exit code: 0 all targets reached, 1 a target is not reached (tools/mutate/targets.json) or cannot be judged, 2 asked for wrongly,
 * 130 stopped (what was found until then is shown).
 */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Misuse, planOf } from './mutate/plan.mjs';
import { resultOf, words } from './mutate/report.mjs';
import { killAll, runSession } from './mutate/session.mjs';

const usage = 'Usage: node tools/mutate.mjs [glob…] [--since COMMIT] [-o json] [--workers N] [--root FOLDER] [--settings FOLDER]';

/** Mutants of one process: more, and one core would still work on the longest file when the others are done. */
const mostAtOnce = 100;

function askedFor(words) {
  try {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        since: { type: 'string' },
        output: { type: 'string', short: 'o', default: 'text' },
        workers: { type: 'string', default: String(Math.max(1, availableParallelism())) },
        root: { type: 'string', default: join(import.meta.dirname, '..') },
        settings: { type: 'string', default: join(import.meta.dirname, 'mutate') },
      },
    });
    if (!['text', 'json'].includes(values.output)) throw new Misuse(`-o is text or json, not "${values.output}"`);
    if (!/^[1-9]\d?$/.test(values.workers)) throw new Misuse('--workers is a number from 1 to 99');
    return {
      ...values,
      globs: positionals,
      root: resolve(values.root),
      settings: resolve(values.settings),
      workers: Number(values.workers),
    };
  } catch (problem) {
    throw new Misuse(`${problem.message}\n${usage}`);
  }
}

/** The long ones first, in pieces, so that all cores end at about the same time. */
const jobsOf = (targets) =>
  targets
    .flatMap(({ files }) => files)
    .flatMap((file) => {
      const pieces = Math.ceil(file.mutants.length / mostAtOnce);
      return Array.from({ length: pieces }, (_, n) => ({
        ...file,
        whole: file,
        mutants: file.mutants.filter((_one, index) => index % pieces === n),
      }));
    })
    .sort((a, b) => b.tests.length * b.mutants.length - a.tests.length * a.mutants.length);

async function runAll(root, targets, workers) {
  const waiting = jobsOf(targets);
  const all = waiting.reduce((sum, { mutants }) => sum + mutants.length, 0);
  let done = 0;
  const show = (file) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done} of ${all} mutants  ${file}`);
  };
  const lane = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const { file, code, tests, mutants } = job;
      const byId = new Map(mutants.map((one) => [one.id, one]));
      const told = (id, result) => {
        Object.assign(byId.get(id), result);
        done += 1;
        show(file);
      };
      if (tests.length === 0) for (const { id } of mutants) told(id, { status: 'uncovered' });
      else
        await runSession({ root, file, code, tests, mutants: [...byId.keys()], seen: job.whole }, told).catch((problem) => {
          job.whole.problem = problem.message;
        });
      // Where nothing can be drawn: a line for each piece.
      if (!process.stderr.isTTY) process.stderr.write(`${done} of ${all} mutants  ${file}\n`);
    }
  };
  await Promise.all(Array.from({ length: workers }, lane));
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

function tell(targets, began, output) {
  const result = resultOf(targets, Math.round((Date.now() - began) / 1000));
  process.stdout.write(output === 'json' ? `${JSON.stringify(result, null, 2)}\n` : words(result));
  return result.ok;
}

async function main(argv) {
  const began = Date.now();
  const asked = askedFor(argv);
  const targets = planOf(asked);
  if (targets.length === 0)
    throw new Misuse('There is nothing to change: no file of a target fits, or nothing was changed since.');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      killAll();
      // What was found until now is worth seeing.
      tell(targets, began, asked.output);
      process.exit(130);
    });
  await runAll(asked.root, targets, asked.workers);
  return tell(targets, began, asked.output) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (problem) {
  killAll();
  process.stderr.write(`${problem instanceof Misuse ? problem.message : (problem?.stack ?? problem)}\n`);
  process.exitCode = 2;
}
