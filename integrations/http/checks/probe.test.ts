import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { httpProbe } from './probe.js';

it('http.probe takes a name and never an address, whatever text is given', () => {
  const takes = (probe: unknown): boolean => httpProbe.params.safeParse({ probe }).success;
  for (const text of ['http://169.254.169.254/', 'a.b', '//x', 'A', 'a\n', 'checkout ', '', '-a', 'a'.repeat(64)])
    expect(takes(text)).toBe(false);
  fc.assert(
    fc.property(fc.webUrl(), (url) => {
      expect(takes(url)).toBe(false);
    }),
  );
  for (const more of [
    { status: 199 },
    { status: 200.5 },
    { contains: '' },
    { contains: 'a\nb' },
    { within: '0' },
    { within: '11s' },
    { within: 'soon' },
    { url: 'x' },
  ])
    expect(httpProbe.params.safeParse({ probe: 'a', ...more }).success).toBe(false);
});
