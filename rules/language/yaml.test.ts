import { describe, expect, it } from '@jest/globals';
import { problemText } from './problem.js';
import { readYaml } from './yaml.js';

const problems = (text: string): string[] => readYaml('x.yaml', text).problems.map(problemText);

describe('a key that is no plain text', () => {
  it.each([
    [
      'a template, as other tools have them',
      'rule: cpu\ntarget: {{ alert.labels.InstanceId }}',
      'x.yaml:2:10: a key must be plain text',
    ],
    ['a list', '? [a, b]\n: c', 'x.yaml:1:3: a key must be plain text'],
    ['an alias', 'a: &x b\n*x : c', 'x.yaml:2:1: a key must be plain text'],
  ])('is refused at its place: %s', (_what, text, says) => {
    expect(problems(text)).toEqual([expect.stringContaining(says)]);
  });

  it('quoted, it is text as any other', () => {
    expect(problems('"{{ a }}": b')).toEqual([]);
  });
});
