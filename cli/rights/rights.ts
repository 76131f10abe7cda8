import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JsonObject } from '../../domain/json.js';
import type { Registry } from '../../integrations/contract/registry.js';
import type { RightsDefinition, RightsFile, RightsWish } from '../../integrations/contract/rights.js';
import type { RuleSet } from '../../rules/language/set.js';
import { accountsOf, ableOf, needsOf, type NeedsOptions } from './needs.js';

export interface RightsAsked {
  set: RuleSet;
  registry: Registry;
  /** Project root: shipped documents are found from there. */
  root: string;
  /** A folder of documents instead of the shipped one. */
  documents?: string;
  principals?: RightsWish['principals'];
  /** These uses alone. */
  of?: NeedsOptions;
  /** What goes beyond the uses of these. */
  beyond?: NeedsOptions;
  environments?: (name: string) => boolean;
}

export interface Rights {
  files: RightsFile[];
  notes: string[];
}

/** What every integration that is told of rights is to be told. */
export function rightsFor(asked: RightsAsked): Rights {
  const all = rightsOfEach(asked);
  return { files: all.flatMap(({ files }) => files), notes: all.flatMap(({ notes }) => notes) };
}

/** The same, each integration's by itself. */
export const rightsOfEach = (asked: RightsAsked): (Rights & { integration: string })[] =>
  [...asked.registry.integrations.values()].flatMap(({ id, rights }) =>
    rights ? [{ integration: id, ...made(asked, id, rights) }] : [],
  );

function made(asked: RightsAsked, integration: string, rights: RightsDefinition): Rights {
  const { set, registry, root, documents, principals, of, beyond } = asked;
  const within = asked.environments ? { environments: asked.environments } : {};
  const needs = needsOf(set, registry, integration, { ...of, ...within });
  const concerned = new Set(needs.map(({ account }) => account));
  return rights.make({
    accounts: accountsOf(set).filter(({ account }) => concerned.has(account)),
    needs,
    ...(beyond ? { granted: needsOf(set, registry, integration, { ...beyond, ...within }) } : {}),
    able: ableOf(registry, integration),
    protected: set.policy.doc.protected,
    principals: principals ?? {},
    documents: documentsIn(documents ?? shipped(root, rights.documents)),
  });
}

/** In a checkout beside the sources; what is installed has them in dist/ alone. */
const shipped = (root: string, folder: string): string =>
  [join(root, folder), join(root, 'dist', folder)].find(existsSync) ?? join(root, folder);

/** YAML files of a folder, by name without ending. Throws Error naming the file that is none. */
function documentsIn(folder: string): Map<string, JsonObject> {
  if (!existsSync(folder)) throw new Error(`The folder of documents ${folder} is not there.`);
  const files = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  return new Map(
    files.sort().map((name) => {
      const content: unknown = parse(readFileSync(join(folder, name), 'utf8'));
      if (content === null || typeof content !== 'object') throw new Error(`${join(folder, name)} holds no document.`);
      return [name.replace(/\.ya?ml$/, ''), content as JsonObject];
    }),
  );
}

/** A file's text: `111122223333/act.json` and what stands in it. */
export const textOf = ({ document }: RightsFile): string => `${JSON.stringify(document, null, 2)}\n`;

export const pathOf = ({ account, name }: RightsFile): string => `${account}/${name}`;
