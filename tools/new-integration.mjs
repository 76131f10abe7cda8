/**
 * `npm run new:integration NAME`: a vendor's folder that passes the conformance suite, and its line in integrations/index.ts.
 * Works in the current directory's checkout. Writes nothing when the name cannot be taken.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const templates = join(import.meta.dirname, 'templates', 'integration');
const index = join(root, 'integrations', 'index.ts');
/** Longest line of the formatter. */
const lineWidth = 130;

/** What is wrong with a name, in a sentence; undefined when it can be taken. */
function problemOf(name) {
  if (!/^[a-z][a-z0-9]{1,30}$/.test(name))
    return `"${name}" is no name: write lower-case letters and digits, a letter first, such as azure`;
  if (existsSync(join(root, 'integrations', name))) return `integrations/${name} is there already`;
  return undefined;
}

function scaffold(name) {
  const written = [];
  for (const template of readdirSync(templates, { recursive: true, encoding: 'utf8' }).sort()) {
    if (statSync(join(templates, template)).isDirectory()) continue;
    const file = join('integrations', name, filled(template.replace(/\.txt$/, ''), name));
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), filled(readFileSync(join(templates, template), 'utf8'), name));
    written.push(file);
  }
  writeFileSync(index, registered(readFileSync(index, 'utf8'), name));
  return written;
}

const filled = (text, name) =>
  text
    .replaceAll('__name__', name)
    .replaceAll('__Name__', `${name[0].toUpperCase()}${name.slice(1)}`)
    .replaceAll('__NAME__', name.toUpperCase());

const byName = (one, other) => (one < other ? -1 : 1);

/** The registry with one more line, in order of name, as the formatter writes it. */
function registered(text, name) {
  const importOf = (vendor) => `import { ${vendor} } from './${vendor}/index.js';`;
  const vendors = [...text.matchAll(/^import \{ (\w+) \} from '\.\/\1\/index\.js';$/gm)].map(([, vendor]) => vendor);
  const next = vendors.filter((vendor) => vendor > name).sort(byName)[0];
  const withImport =
    next === undefined
      ? text.replace(importOf(vendors.at(-1)), `${importOf(vendors.at(-1))}\n${importOf(name)}`)
      : text.replace(importOf(next), `${importOf(name)}\n${importOf(next)}`);
  const list = /(export const installed: readonly IntegrationDefinition\[\] = )\[[^\]]*\];/;
  const all = [...vendors, name].sort(byName);
  return withImport.replace(list, (_all, head) => {
    const short = `${head}[${all.join(', ')}];`;
    return short.length <= lineWidth ? short : `${head}[\n${all.map((vendor) => `  ${vendor},\n`).join('')}];`;
  });
}

const [name = ''] = process.argv.slice(2);
const problem = problemOf(name);
if (problem) {
  process.stderr.write(`${problem}\nusage: npm run new:integration NAME\n`);
  process.exitCode = 2;
} else {
  const lines = scaffold(name).map((file) => `  ${file}\n`);
  process.stdout.write(`${lines.join('')}  integrations/index.ts: its line

It works as it is, on an invented vendor. Now make it yours:
  1. ${name}.sim.ts: answer as the vendor does; name its documentation beside each operation
  2. client.ts and errors.ts: its requests and refusals
  3. actions, checks and targets: what it really has; testkit/samples.ts has one use of each
  4. npm test -- tests/conformance.test.ts integrations/${name}
  5. npm run generate, npm run check
`);
}
