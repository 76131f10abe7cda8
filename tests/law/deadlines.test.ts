import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../support/root.js';

const folders = ['activities', 'api', 'cli', 'config', 'integrations', 'ledger', 'sandbox', 'workers'];
const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file)),
);

describe('a deadline', () => {
  it('is made by one function wherever it is joined with another signal: a clock inside of AbortSignal.any is lost to the garbage collector', () => {
    expect(files.length).toBeGreaterThan(500);
    const lost = files.filter((file) =>
      /AbortSignal\.any\([^;]*AbortSignal\.timeout/s.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(lost.filter((file) => file !== 'integrations/contract/deadline.ts')).toEqual([]);
  });
});
