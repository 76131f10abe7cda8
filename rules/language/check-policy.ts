import type { Catalogue } from '../../domain/catalogue.js';
import type { Policy } from './policy.js';
import { parseBudget, parseDuration } from '../../domain/duration.js';
import { problem, type Read } from './documents.js';
import { unknown } from './check-runbook.js';
import type { Problem } from './problem.js';

/** What a policy's schema cannot see: two environments that claim the same ground, limits on the wrong side of their defaults, calendars that nobody offers. */
export function checkPolicy({ doc, source }: Read<Policy>, { calendars }: Pick<Catalogue, 'calendars'>): Problem[] {
  return [
    ...[...claimedTwice(doc), ...sharedLabels(doc)].map(([path, says]) => problem(source, path, says)),
    ...[...guardLimits(doc), ...freezeProblems(doc), ...teamProblems(doc)].map(([path, says]) => problem(source, path, says)),
    ...calendarProblems(doc, calendars).map(([path, says]) => problem(source, path, says)),
  ];
}

/** The calendar's own schema judges what it is given. */
function calendarProblems(doc: Policy, calendars: Catalogue['calendars']): Finding[] {
  return doc.calendars.flatMap(({ use, with: given = {} }, index): Finding[] => {
    const at = ['calendars', String(index)];
    const calendar = calendars.get(use);
    if (!calendar) return [[[...at, 'use'], unknown('calendar', use, calendars.keys())]];
    const parsed = calendar.parse(given);
    if (parsed.ok) return [];
    return parsed.problems.map(({ place, says }): Finding => {
      const path = place === '' ? [] : place.split('.');
      return [[...at, 'with', ...path], `${['with', ...path].join('.')} does not fit ${use}: ${says}`];
    });
  });
}

function freezeProblems(doc: Policy): Finding[] {
  const known = Object.keys(doc.environments);
  const named = (key: 'freezes' | 'calendars'): Finding[] =>
    doc[key].flatMap(({ env = [] }, index) =>
      env
        .filter((one) => !known.includes(one))
        .map((one): Finding => [[key, String(index), 'env'], unknown('environment', one, known)]),
    );
  const backwards = doc.freezes.flatMap(({ name, from, to }, index): Finding[] =>
    Date.parse(from) < Date.parse(to)
      ? []
      : [[['freezes', String(index), 'to'], `the freeze ${name} ends before it begins; swap from and to`]],
  );
  return [...named('freezes'), ...named('calendars'), ...backwards];
}

/** A team's ground lies within the environments. */
function teamProblems(doc: Policy): Finding[] {
  const places = Object.values(doc.environments).flatMap(({ accounts }) => Object.entries(accounts));
  const accounts = places.map(([account]) => account);
  const regions = places.flatMap(([, { regions: all }]) => all);
  return Object.entries(doc.teams).flatMap(([team, own]): Finding[] => [
    ...(own.accounts ?? [])
      .filter((one) => !accounts.includes(one))
      .map((one): Finding => [['teams', team, 'accounts'], `account ${one} is in no environment of the policy; add it to one`]),
    ...(own.regions ?? [])
      .filter((one) => !regions.includes(one))
      .map((one): Finding => [['teams', team, 'regions'], unknown('region', one, regions)]),
  ]);
}

type Finding = [path: string[], says: string];

function claimedTwice(doc: Policy): Finding[] {
  const claims = new Map<string, string>();
  const findings: Finding[] = [];
  const claim = (what: string, environment: string, path: string[]): void => {
    const owner = claims.get(what);
    if (owner !== undefined && owner !== environment)
      findings.push([path, `${what} belongs to ${owner} already; an alert must belong to exactly one environment`]);
    else claims.set(what, environment);
  };
  for (const [name, environment] of Object.entries(doc.environments)) {
    for (const [account, { regions }] of Object.entries(environment.accounts))
      for (const region of regions) claim(`account ${account} in ${region}`, name, ['environments', name, 'accounts', account]);
    environment.pagerduty.forEach((service, index) =>
      claim(`PagerDuty service ${service}`, name, ['environments', name, 'pagerduty', String(index)]),
    );
  }
  return findings;
}

/** Where one environment's labels hold all of another's, an alert of the first would belong to both, and so to none. */
function sharedLabels(doc: Policy): Finding[] {
  const labelled = Object.entries(doc.environments).flatMap(([name, { labels }]) =>
    labels ? [{ name, labels: Object.entries(labels) }] : [],
  );
  return labelled.flatMap(({ name, labels }, index): Finding[] => {
    const holds = (one: Finding[0][], other: Finding[0][]): boolean =>
      one.every(([label, value]) => other.some(([also, text]) => also === label && text === value));
    const twin = labelled.find(
      (other, at) => at !== index && holds(other.labels, labels) && (at < index || !holds(labels, other.labels)),
    );
    if (!twin) return [];
    return [
      [
        ['environments', name, 'labels'],
        `an alert with these labels belongs to ${twin.name} as well; an alert must belong to exactly one environment`,
      ],
    ];
  });
}

function guardLimits({ guards }: Policy): Finding[] {
  const findings: Finding[] = [];
  for (const key of ['cooldown', 'firingFor'] as const) {
    const figure = guards?.[key];
    if (figure && ms(figure.limit) > ms(figure.default))
      findings.push([
        ['guards', key, 'limit'],
        `guards.${key}.limit ${figure.limit} is stricter than its default ${figure.default}; a limit is how far a rule may loosen it`,
      ]);
  }
  const budget = guards?.budget;
  if (budget && rate(budget.limit) < rate(budget.default))
    findings.push([
      ['guards', 'budget', 'limit'],
      `guards.budget.limit ${budget.limit} is stricter than its default ${budget.default}; a limit is how far a rule may loosen it`,
    ]);
  return findings;
}

const ms = (text: string): number => parseDuration(text) ?? 0;
const rate = (text: string): number => {
  const { count, perMs } = parseBudget(text) ?? { count: 0, perMs: 1 };
  return count / perMs;
};
