/**
 * `npm run check`: every gate that needs no running system. All gates run, all their problems are shown, exit code 1 if there is one.
 * `npm run check -- lint law` runs those gates alone.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lawFolders } from './build/files.mjs';
import { documentProblems } from './gates/documents.mjs';
import { lockfileProblems, strangers } from './gates/strangers.mjs';

const root = join(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const typeRecord = join('.cache', 'check.tsbuildinfo');

/** Two at a time, the long ones first: two cores are the least that a machine has. */
const gates = [
  { name: 'lint', run: () => command(bin('oxlint'), ['--type-aware', '--format', 'unix', '--deny-warnings']) },
  {
    name: 'types',
    run: () => command(bin('tsc'), ['--noEmit', '-p', 'tsconfig.json', '--incremental', '--tsBuildInfoFile', typeRecord]),
  },
  {
    name: 'law',
    run: () =>
      command(bin('depcruise'), ['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', ...lawFolders(root)]),
  },
  { name: 'generated', run: generatedGate },
  { name: 'dead code', run: () => command(bin('knip'), ['--no-progress', '--no-config-hints']) },
  {
    name: 'format',
    run: () => command(bin('biome'), ['format', '--colors=off', '--reporter=summary', '.'], 'Run: npm run format'),
  },
  { name: 'documents', run: () => documentProblems(root) },
  { name: 'strangers', run: () => strangers(root) },
  { name: 'lockfile', run: () => lockfileProblems(root) },
];

async function generatedGate() {
  const build = await command(process.execPath, ['tools/build.mjs', '--quiet', '--keep-going']);
  // What does not compile is told by `types`; only a build that broke otherwise is told here.
  if (build.length > 0 && !build.join('\n').includes('TypeScript refuses the code')) return build;
  return command(process.execPath, ['tools/generated.mjs']);
}

/** Runs a tool; its whole output is the problem when it does not exit with 0. */
function command(program, arguments_, advice) {
  return new Promise((resolve) => {
    const child = spawn(program, arguments_, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    const said = [];
    child.stdout.on('data', (chunk) => said.push(chunk));
    child.stderr.on('data', (chunk) => said.push(chunk));
    child.on('error', (error) => resolve([`${program} cannot be run (${error.message}). Run: npm ci`]));
    child.on('close', (code) => {
      const text = Buffer.concat(said).toString('utf8').replaceAll(`${root}/`, '').trim();
      resolve(code === 0 ? [] : [text || `exit code ${code}`, ...(advice ? [advice] : [])]);
    });
  });
}

async function judge({ name, run }) {
  const began = Date.now();
  let problems;
  try {
    problems = await run();
  } catch (error) {
    problems = [`the gate itself failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`];
  }
  const took = `${((Date.now() - began) / 1000).toFixed(1)} s`;
  process.stdout.write(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(10)} ${took.padStart(7)}\n`);
  return problems.length === 0 ? [] : [`\n-- ${name}\n${problems.join('\n')}\n`];
}

async function main(asked) {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const unknown = asked.filter((name) => !gates.some((gate) => gate.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no gate ${unknown.join(', ')}. There are: ${gates.map(({ name }) => name).join(', ')}\n`);
    return 2;
  }
  const waiting = gates.filter(({ name }) => asked.length === 0 || asked.includes(name));
  const failures = [];
  const lane = async () => {
    for (let gate = waiting.shift(); gate; gate = waiting.shift()) failures.push(...(await judge(gate)));
  };
  await Promise.all([lane(), lane()]);
  process.stdout.write(failures.join(''));
  return failures.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
