import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../support/root.js';

const folder = join(root, 'integrations');

/** Every file of a simulator that answers requests, from the project's root, with its text. */
const answering = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.sim\.ts$|\/simulated\/.*\.ts$/.test(file) && !file.endsWith('.test.ts'))
  .filter((file) => !/^(contract|wire)\//.test(file))
  .sort()
  .map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const)
  .filter(([, text]) => /\bWireResponse\b|\bSimulator\b/.test(text));

/** Where it stands what the vendor does: a line of the contracts, or the vendor's own document. */
const source = /\bcontracts [1-9](\.\d+)?\b|\bSource: \S|\b[a-z]+\/[a-z-]+ pkg\//i;

describe('a simulator', () => {
  it.each(answering)('%s names what it follows', (_file, text) => {
    const comments = text.split('\n').filter((line) => /^\s*(\/\/|\/?\*)/.test(line));
    expect(comments.join('\n')).toMatch(source);
  });

  const routes = answering.flatMap(([file, text]) => {
    const lines = text.split('\n');
    return lines.flatMap((line, index) =>
      /^\s*template: '/.test(line)
        ? [[`${file} ${line.trim()}`, lines.slice(Math.max(0, index - 3), index).join('\n')] as const]
        : [],
    );
  });

  it.each(routes)('%s says where its operation is described', (_route, before) => {
    expect(before).toMatch(/\/\/ .*(contracts \d|\[M\]|Source: )/);
  });
});
