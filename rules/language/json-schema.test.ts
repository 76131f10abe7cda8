import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { rulesJsonSchema } from './json-schema.js';

describe('rules.schema.json', () => {
  it('is what the schemas say; when it is not, write the expected text into the file', () => {
    expect(readFileSync(new URL('./rules.schema.json', import.meta.url), 'utf8')).toBe(
      `${JSON.stringify(rulesJsonSchema(), undefined, 2)}\n`,
    );
  });
});
