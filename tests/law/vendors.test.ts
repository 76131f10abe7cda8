import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from '../../integrations/index.js';
import { root } from '../support/root.js';

const folder = join(root, 'integrations');
const vendors = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['contract', 'wire'].includes(entry.name))
  .map(({ name }) => name)
  .sort();

describe('integrations', () => {
  it('have one line each in integrations/index.ts, and each line its folder', () => {
    const lines = [...readFileSync(join(folder, 'index.ts'), 'utf8').matchAll(/from '\.\/([^/']+)\/index\.js'/g)].map(
      (match) => match[1] ?? '',
    );
    expect(lines.sort()).toEqual(vendors);
  });

  it('are registered under the name of their folder', () => {
    expect(installed.map(({ id }) => id).sort()).toEqual(vendors);
  });

  it.each(vendors)('%s has index.ts, client.ts, errors.ts, config.ts and a README', (vendor) => {
    const wanted = ['index.ts', 'client.ts', 'errors.ts', 'config.ts', 'README.md'];
    expect(wanted.filter((file) => !existsSync(join(folder, vendor, file)))).toEqual([]);
  });
});
