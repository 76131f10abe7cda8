import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileOf = (root) => join(root, 'dist', '.build.json');

/** What the last build was made from; empty when there was none or its record cannot be read. */
export function readStamp(root) {
  try {
    return JSON.parse(readFileSync(fileOf(root), 'utf8'));
  } catch {
    return {};
  }
}

export function writeStamp(root, stamp) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(fileOf(root), `${JSON.stringify(stamp)}\n`);
}
