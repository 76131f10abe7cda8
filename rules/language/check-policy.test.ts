import { describe, expect, it } from '@jest/globals';
import { assembleTexts, policy } from '../../tests/support/rules.js';

const labelled = (staging: string, prod: string): string =>
  policy()
    .replace('pagerduty: [PSVC001]', `pagerduty: [PSVC001], labels: ${staging}`)
    .replace('pagerduty: [PSVC002]', `pagerduty: [PSVC002], labels: ${prod}`);
const problems = (text: string): string[] => {
  const loaded = assembleTexts([text], 'x.yaml');
  return loaded.ok ? [] : loaded.problems.map(({ says }) => says);
};

describe('labels of environments', () => {
  it('may share a name, and a part', () => {
    expect(problems(labelled('{ env: staging }', '{ env: prod }'))).toEqual([]);
    expect(problems(labelled('{ env: staging, team: a }', '{ env: prod, team: a }'))).toEqual([]);
  });

  it.each([
    ['the same twice', '{ env: prod }', '{ env: prod }'],
    ['all of one in another', '{ env: prod, team: a }', '{ env: prod }'],
    ['all of one in another, the other way round', '{ env: prod }', '{ env: prod, team: a }'],
  ])('are refused once with %s: every such alert would belong to both', (_what, staging, prod) => {
    expect(problems(labelled(staging, prod))).toEqual([
      expect.stringMatching(/belongs to (staging|prod) as well; an alert must belong to exactly one environment/),
    ]);
  });

  it('name at least one label', () => {
    expect(problems(labelled('{}', '{ env: prod }')).join()).toContain('names no label');
  });
});
