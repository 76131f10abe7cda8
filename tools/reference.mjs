/** docs/reference, made from what dist/ defines: `npm run generate` writes it, `npm run check` compares it. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { language } from './reference/language.mjs';
import * as pages from './reference/pages.mjs';

const built = (file) => import(pathToFileURL(join(import.meta.dirname, '..', 'dist', file)).href);

/** What the pages are made of. */
async function world() {
  const { installed } = await built('integrations/index.js');
  const { guards } = await built('guards/index.js');
  const standards = await built('domain/guard-defaults.js');
  const { variables: own } = await built('config/variables.js');
  return { installed, guards, own, standards, language: await languageWorld() };
}

async function languageWorld() {
  const [{ explainedKeys, ...examples }, set, { fieldTexts }, { conditionLimits }, { yamlLimits }] = await Promise.all(
    [
      'rules/language/examples/index.js',
      'rules/language/examples/set.js',
      'rules/language/examples/fields.js',
      'decide/condition.js',
      'rules/language/yaml.js',
    ].map(built),
  );
  return {
    keys: explainedKeys,
    examples,
    set,
    fields: fieldTexts,
    limits: conditionLimits,
    yamlLimits,
  };
}

export const reference = [...Object.entries(pages), ['language', language]].map(([name, make]) => ({
  file: `docs/reference/${name}.md`,
  make: async () => make(await world()),
}));
