import { stringify } from 'yaml';
import type { Found } from '../cases/verdict.js';
import type { CaseWorld } from '../../rules/language/cases.js';
import type { Draft } from './draft.js';

/** One value as YAML, on one line, however it looks: text of an alert can end neither its quotes nor its line. */
const inline = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', flowCollectionPadding: true, lineWidth: 0, defaultStringType: 'PLAIN' }).trimEnd();

const noted = (line: string, note: string): string => `${line.padEnd(42)} # ${note}`;

/** The shortest safe rule: it observes, everywhere. */
export function ruleText({ name, owner, when, target, guessed, run, with: values, others }: Draft): string {
  const parts = Object.entries(target);
  const bare = parts.length === 1 && !guessed ? parts[0]?.[1] : undefined;
  const given = Object.keys(values).length > 0;
  return [
    'apiVersion: opssentinel.dev/v1',
    `rule: ${name}`,
    noted('description: What is wrong, and what is done about it.', 'for people: say it'),
    noted(`owner: ${inline(owner)}`, 'who answers for it'),
    noted('when:', 'as narrow as the alert that it was made from: widen it line by line'),
    ...when.map((line) => `  - ${inline(line)}`),
    guessed
      ? noted(`target: ${inline(target)}`, 'the alert names none: write the name of yours')
      : `target: ${bare ?? inline(target)}`,
    others.length === 0 ? `run: ${run}` : noted(`run: ${run}`, `${others.join(', ')} would fit as well`),
    ...(given ? [`with: ${inline(values)}`] : []),
    noted('# mode: { … }', 'without it: it observes, and says on each incident what it would have done'),
    '',
  ].join('\n');
}

/** One case: the alert that it was made from. */
export function casesText(name: string, fixture: string, world: CaseWorld, found: Found, source: string): string {
  const expected = {
    [found.verb]: found.of.length === 1 ? found.of[0] : found.of,
    ...(found.target === undefined ? {} : { target: found.target.name }),
    ...(found.with === undefined || Object.keys(found.with).length === 0 ? {} : { with: found.with }),
  };
  const { target, ...rest } = world;
  return [
    'apiVersion: opssentinel.dev/v1',
    `cases: ${name}`,
    `alert: ${inline(fixture)}`,
    noted('world:', 'what would be answered; a case may change any of it'),
    ...Object.entries(rest).map(([key, value]) => `  ${key}: ${inline(value)}`),
    `  target: ${inline(target)}`,
    '',
    'tests:',
    `  - name: ${inline(`${source}: it says what it would have done`)}`,
    `    expect: ${inline(expected)}`,
    '',
  ].join('\n');
}

/** A rule with every line explained, that matches nothing until somebody says what. */
export function templateText(
  name: string,
  owner: string,
  run: string,
  target: Readonly<Record<string, string>>,
  values: Draft['with'],
): string {
  return `apiVersion: opssentinel.dev/v1
rule: ${name}
description: What is wrong, and what is done about it.
${noted(`owner: ${inline(owner)}`, 'a team of the policy: who answers for it')}

${noted('when:', 'every line must hold; reads alert and incident: opssentinel rules fields')}
  - alert.name == "the name of your alert"
  # - alert.namespace == "AWS/EC2" && alert.metric == "CPUUtilization"
  # - alert.threshold >= 90.0
${noted('# unless:', 'no line may hold; one that cannot be evaluated counts as holding')}
#   - has(alert.labels.Environment) && alert.labels.Environment == "load-test"

${noted(`target: ${Object.keys(target).length === 1 ? Object.values(target)[0] : inline(target)}`, 'exactly one; its type and pattern come from the runbook')}
${noted('# require:', 'reads the target when planning, and again right before the effect')}
#   - target.tags.team == "web"

${noted(`run: ${run}`, 'the one thing that a rule can name to act')}
${Object.keys(values).length > 0 ? `with: ${inline(values)}\n` : ''}
${noted('# mode: { staging: auto, prod: approve }', 'without it: it observes, everywhere')}
${noted('# guards: { cooldown: 2h }', 'only what differs from the policy')}
${noted('# verify: { for: 5m, within: 20m }', 'when it counts as helped')}
`;
}
