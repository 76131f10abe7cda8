import { describe, expect, it } from '@jest/globals';
import { installation } from '../../cli/installation.js';
import { assembleTexts, hash, policy } from '../../tests/support/rules.js';
import { assemble } from './assemble.js';
import { problemText } from './problem.js';
import { readYaml } from './yaml.js';

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

describe('row 17: calendars that a policy names', () => {
  const { catalogue } = installation({});
  const found = (calendars: string): string[] => {
    const { documents, problems: syntax } = readYaml('x.yaml', policy(`calendars:\n${calendars}`));
    const loaded = assemble(documents, syntax, '/rules', catalogue, hash);
    return loaded.ok ? [] : loaded.problems.map(problemText);
  };

  it('are those that are installed, given what they ask for, in environments that there are', () => {
    expect(
      found(`  - { use: aws.ssm.change-calendar, with: { calendars: [prod-changes] }, env: [prod], allow: [additive] }
  - { use: pagerduty.maintenance-windows }
  - use: http.ical
    with: { calendar: freezes, match: "Change freeze*" }`),
    ).toEqual([]);
  });

  it('one that nobody offers is said at its place, with the nearest name and all that there are', () => {
    expect(found('  - { use: aws.ssm.change-calender, with: { calendars: [x] } }')).toEqual([
      expect.stringMatching(
        /^x\.yaml:8:12: there is no calendar aws\.ssm\.change-calender \(did you mean "aws\.ssm\.change-calendar"\?\); there are aws\.ssm\.change-calendar, http\.ical, pagerduty\.maintenance-windows$/,
      ),
    ]);
  });

  it.each([
    ['a parameter that is missing', '{ use: http.ical }', /with\.calendar does not fit http\.ical/],
    [
      'an address in place of a name',
      '{ use: http.ical, with: { calendar: "https://x.example/c.ics" } }',
      /with\.calendar does not fit/,
    ],
    [
      'a parameter that it does not know',
      '{ use: http.ical, with: { calendar: a, url: x } }',
      /with does not fit http\.ical: .*url/,
    ],
    ['no calendar at all', '{ use: aws.ssm.change-calendar, with: { calendars: [] } }', /with\.calendars does not fit/],
    [
      'an environment that there is not',
      '{ use: pagerduty.maintenance-windows, env: [prd] }',
      /no environment prd \(did you mean "prod"\?\)/,
    ],
  ])('%s is said', (_what, calendar, words) => {
    expect(found(`  - ${calendar}`)).toEqual([expect.stringMatching(words)]);
  });
});

describe('a policy that is wrong is refused with its place and what to do', () => {
  it.each<[string, string, string]>([
    [
      'an account in two environments',
      policy().replace('444455556666', '111122223333'),
      'account 111122223333 in eu-west-1 belongs to staging already',
    ],
    [
      'a service in two environments',
      policy().replace('PSVC002', 'PSVC001'),
      'PagerDuty service PSVC001 belongs to staging already',
    ],
    ['an account without quotes', policy().replace('"111122223333"', '12'), 'must be an account id of 12 digits, in quotes'],
    [
      'nobody who knows of deployments',
      policy('guards: { deploys: { from: [] } }'),
      'guards.deploys.from names no source of deployments',
    ],
    [
      'a freeze without a time',
      policy('freezes: [{ name: x, from: a, to: b }]'),
      'must be a time in UTC such as 2026-12-18T00:00Z',
    ],
    [
      'a freeze that ends before it begins',
      policy('freezes: [{ name: x, from: 2027-01-04T00:00Z, to: 2026-12-18T00:00Z }]'),
      'the freeze x ends before it begins',
    ],
    [
      'a freeze of no environment',
      policy('freezes: [{ name: x, from: 2026-12-18T00:00Z, to: 2027-01-04T00:00Z, env: [prud] }]'),
      'there is no environment prud',
    ],
    [
      'a team on strange ground',
      policy().replace(/teams:[^\n]*(?:\n {2}[^\n]*)*/, 'teams: { team-web: { accounts: ["999999999999"] } }'),
      'account 999999999999 is in no environment',
    ],
    [
      'a limit on the wrong side',
      policy('guards: { cooldown: { default: 30m, limit: 1h } }'),
      'guards.cooldown.limit 1h is stricter than its default 30m',
    ],
    [
      'an unknown profile',
      policy('profile: sandbx'),
      'profile must be one of standard, sandbox, bench; found "sandbx" (did you mean "sandbox"?)',
    ],
  ])('%s', (_what, text, says) => {
    expect(problems(text).join('\n')).toContain(says);
  });
});
