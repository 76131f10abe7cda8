import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../domain/json.js';
import { assertPinned, type Tool, toolHash } from './tool.js';

const words = fc.string({ maxLength: 20 });
const schema = fc.dictionary(words, fc.jsonValue() as fc.Arbitrary<Json>, { maxKeys: 4 });
const tools: fc.Arbitrary<Tool> = fc.record(
  { name: words, description: words, inputSchema: schema, outputSchema: schema, annotations: schema },
  { requiredKeys: ['name', 'inputSchema'] },
);

const reversed = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
};

describe("a tool's hash", () => {
  it('does not depend on the order of members, nor on decoration', () => {
    fc.assert(
      fc.property(tools, words, (tool, title) => {
        const again = { ...(reversed(tool as unknown as JsonObject) as unknown as Tool), title, icons: [] };
        expect(toolHash(again)).toBe(toolHash(tool));
        expect(() => assertPinned(tool, toolHash(tool), 'kubernetes')).not.toThrow();
      }),
    );
  });

  it('differs wherever the definition differs', () => {
    fc.assert(
      fc.property(tools, tools, (one, other) => {
        const same = JSON.stringify(reversed(reversed(one as never))) === JSON.stringify(other);
        fc.pre(!same && toolHash(one) !== undefined);
        for (const member of ['name', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const) {
          const changed = {
            ...one,
            [member]: member === 'name' || member === 'description' ? `${one[member] ?? ''}.` : { ...one[member], added: 1 },
          };
          if (JSON.stringify(changed) === JSON.stringify(one)) continue;
          expect(toolHash(changed)).not.toBe(toolHash(one));
          expect(() => assertPinned(changed, toolHash(one), 'kubernetes')).toThrow('is not the one that was approved');
        }
      }),
    );
  });
});
