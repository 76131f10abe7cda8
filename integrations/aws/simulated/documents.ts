import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** A document as SSM holds it: content by version. */
export interface SimulatedDocument {
  name: string;
  type: 'Automation' | 'Command';
  content: string;
  /** SHA-256 of the content's bytes, hex. */
  hash: string;
  steps: { name: string; action: string }[];
  /** Parameters; `true` where one must be given. */
  parameters: ReadonlyMap<string, { required: boolean; pattern: RegExp | undefined }>;
}

/** The one version of each shipped document that holds the content of its file. Others exist, and hold something else. */
export const shippedVersion = '7';
/** The newest version: what `$LATEST` and `$DEFAULT` would mean. */
export const latestVersion = '8';

const folder = new URL('../documents/', import.meta.url);

/** Our own documents, registered in every account and region of the sandbox. */
export function shippedDocuments(): Map<string, SimulatedDocument> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return new Map(files.map((file) => [file.slice(0, -'.yaml'.length), parse(file)]));
}

function parse(file: string): SimulatedDocument {
  const content = readFileSync(new URL(file, folder), 'utf8');
  return {
    name: file.slice(0, -'.yaml'.length),
    type: content.startsWith("schemaVersion: '0.3'") ? 'Automation' : 'Command',
    content,
    hash: sha256(content),
    steps: [...content.matchAll(/^ {2}- name: (\S+)\n {4}action: (\S+)$/gm)].map(([, name = '', action = '']) => ({
      name,
      action,
    })),
    parameters: parametersOf(content),
  };
}

/** Content of the other versions: another description, and so another hash. */
export function contentOf(document: SimulatedDocument, version: string): { content: string; hash: string } {
  if (version === shippedVersion) return document;
  const content = `${document.content}# version ${version}\n`;
  return { content, hash: sha256(content) };
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function parametersOf(content: string): SimulatedDocument['parameters'] {
  const block = /^parameters:\n((?: {2}.*\n)+)/m.exec(content)?.[1] ?? '';
  const entries = block.split(/^(?= {2}\w+:$)/m).filter(Boolean);
  return new Map(
    entries.map((entry) => {
      const values = /^ {4}allowedValues: \[(.*)\]$/m.exec(entry)?.[1];
      const pattern = /^ {4}allowedPattern: '(.*)'$/m.exec(entry)?.[1] ?? (values && `^(${values.split(', ').join('|')})$`);
      return [
        entry.trim().split(':')[0] ?? '',
        { required: !/^ {4}default:/m.test(entry), pattern: pattern === undefined ? undefined : new RegExp(pattern) },
      ];
    }),
  );
}
