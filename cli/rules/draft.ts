import { matchesWhole } from '../../decide/condition.js';
import type { Alert } from '../../domain/alert.js';
import type { Catalogue } from '../../domain/catalogue.js';
import type { Incident } from '../../domain/incident.js';
import { riskOrder } from '../../domain/plan.js';
import { readInput, type RunbookInput } from '../../domain/runbook-input.js';
import type { RuleValue } from '../../rules/language/rule.js';
import type { LoadedRunbook, RuleSet } from '../../rules/language/set.js';
import { Failure } from '../failure.js';
import { type Aim, aimOf } from './aim-label.js';

/** A rule before it is text. */
export interface Draft {
  name: string;
  owner: string;
  when: string[];
  /** Part of the target's name to a field, or to a literal that nobody knows yet. */
  target: Aim;
  /** The alert names no target: the literals stand for what somebody must write. */
  guessed: boolean;
  run: string;
  with: Record<string, RuleValue>;
  /** Other runbooks that would fit, by name. */
  others: string[];
}

export interface DraftInput {
  name: string;
  incident: Incident;
  alert: Alert;
  set: RuleSet;
  catalogue: Catalogue;
  runbook?: string | undefined;
  owner?: string | undefined;
}

/** The narrowest rule that matches this alert, and the mildest runbook that fits it. Throws Failure where there is none. */
export function draftRule(input: DraftInput): Draft {
  const { name, alert, incident, set, catalogue } = input;
  const fitting = [...set.runbooks.values()].flatMap((runbook) => {
    const type = catalogue.targets.get(runbook.doc.target);
    const aim = type && aimOf(type, alert);
    return aim === undefined ? [] : [{ runbook, aim }];
  });
  const [mildest, ...others] = fitting.sort(
    (a, b) => mildness(a.runbook, alert) - mildness(b.runbook, alert) || order(a.runbook, b.runbook),
  );
  const chosen = input.runbook === undefined ? mildest : named(input.runbook, fitting, input);
  if (!chosen)
    throw new Failure(
      'usage',
      `the labels of this alert (${Object.keys(alert.labels).join(', ') || 'none'}) name no target of any runbook; choose one with --runbook: ${[...set.runbooks.keys()].join(', ')}`,
    );
  const { runbook, aim } = chosen;
  return {
    name,
    owner: ownerFor(set, input.owner, runbook, incident.team),
    when: conditionsOf(alert, incident),
    target: aim ?? literalsFor(catalogue, runbook),
    guessed: aim === undefined,
    run: runbook.name,
    with: valuesFor(runbook, alert),
    others: input.runbook === undefined ? others.map((other) => other.runbook.name) : [],
  };
}

interface Chosen {
  runbook: LoadedRunbook;
  aim: Aim | undefined;
}

function named(name: string, fitting: readonly Chosen[], { set }: DraftInput): Chosen {
  const runbook = set.runbooks.get(name);
  if (!runbook) throw new Failure('notFound', `there is no runbook ${name}; there are ${[...set.runbooks.keys()].join(', ')}`);
  return fitting.find((one) => one.runbook.name === name) ?? { runbook, aim: undefined };
}

/** Fewer open questions before more, less risk before more. */
const mildness = ({ doc }: LoadedRunbook, alert: Alert): number =>
  riskOrder.indexOf(doc.risk) * 10 +
  Object.entries(doc.inputs ?? {}).filter(([key, input]) => input.default === undefined && !labelFor(key, input, alert)).length;
const order = (a: LoadedRunbook, b: LoadedRunbook): number => (a.name < b.name ? -1 : 1);

/** Who answers for it: as asked for, else the team that has the incident, else the first. Throws Failure where there is no such team. */
export function ownerFor({ policy }: RuleSet, owner: string | undefined, runbook: LoadedRunbook, team?: string): string {
  const teams = Object.entries(policy.doc.teams);
  if (owner !== undefined && teams.length > 0 && !teams.some(([name]) => name === owner))
    throw new Failure('notFound', `there is no team ${owner}; there are ${teams.map(([name]) => name).join(', ')}`);
  const its = teams.find(([, { pagerduty }]) => pagerduty !== undefined && pagerduty === team);
  return owner ?? its?.[0] ?? teams[0]?.[0] ?? runbook.doc.owner;
}

/** Lines that hold for this alert and, as far as it can be told, for no other. */
function conditionsOf(alert: Alert, incident: Incident): string[] {
  const { namespace, metric, threshold } = alert;
  const family = [
    ...(namespace === undefined ? [] : [is('alert.namespace', namespace)]),
    ...(metric === undefined ? [] : [is('alert.metric', metric)]),
  ];
  const told = alert.source === incident.ref.source && Object.keys(alert.labels).length === 0;
  return [
    is('alert.source', alert.source),
    ...(family.length > 0 ? [family.join(' && ')] : []),
    // Without an alerting tool behind it, only the incident says what it is about.
    ...(told ? [`${is('incident.service.id', incident.service.id)} && ${is('incident.urgency', incident.urgency)}`] : []),
    ...(told ? [is('incident.title', incident.title)] : family.length === 0 ? [is('alert.name', alert.name)] : []),
    ...(threshold === undefined || !Number.isFinite(threshold) ? [] : [`alert.threshold == ${decimal(threshold)}`]),
  ];
}

const decimal = (value: number): string => {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
};
const longest = 100;

/** A condition that this text fulfils. Of a long one, or of one that no file can hold, only its beginning is asked for. */
function is(field: string, text: string): string {
  // Half of a character, at the cut or as it came, can stand in no file.
  const begins = text.slice(0, longest).split(/\p{Surrogate}/u, 1)[0] ?? '';
  return begins === text ? `${field} == ${JSON.stringify(text)}` : `${field}.startsWith(${JSON.stringify(begins)})`;
}

/** Names that fit each part's pattern and that nothing has. */
function literalsFor(catalogue: Catalogue, runbook: LoadedRunbook): Aim {
  const select = Object.entries(catalogue.targets.get(runbook.doc.target)?.select ?? {});
  const fits = (pattern: RegExp): string | undefined =>
    ['change-me', 'i-00000000000000000', 'changeme', 'change_me', '0'].find((text) =>
      new RegExp(`^(?:${pattern.source})$`, pattern.flags).test(text),
    );
  return Object.fromEntries(
    select.map(([part, pattern]) => {
      const literal = fits(pattern);
      if (literal === undefined)
        throw new Failure(
          'failed',
          `nothing in this alert names a target of ${runbook.name}, and no name can be made up for its ${part}; write the rule by hand`,
        );
      return [part, literal];
    }),
  );
}

/** What the runbook must be told and has no default: from a label of that name, else the least that it takes. */
export function valuesFor({ name, doc }: LoadedRunbook, alert: Pick<Alert, 'labels'>): Record<string, RuleValue> {
  return Object.fromEntries(
    Object.entries(doc.inputs ?? {}).flatMap(([key, input]): [string, RuleValue][] => {
      const label = labelFor(key, input, alert);
      if (label !== undefined) return [[key, { from: `alert.labels.${label}` }]];
      if (input.default !== undefined) return [];
      const least = leastOf(input);
      if (least === undefined)
        throw new Failure(
          'failed',
          `the runbook ${name} needs ${key}, which no label of this alert gives; write the rule by hand`,
        );
      return [[key, least]];
    }),
  );
}

function labelFor(key: string, input: RunbookInput, { labels }: Pick<Alert, 'labels'>): string | undefined {
  return Object.entries(labels).find(
    ([label, value]) =>
      label.toLowerCase() === key.toLowerCase() &&
      /^[A-Za-z_][A-Za-z0-9_-]*$/.test(label) &&
      input.type !== 'boolean' &&
      readInput(input, value, matchesWhole).ok,
  )?.[0];
}

function leastOf(input: RunbookInput): RuleValue | undefined {
  switch (input.type) {
    case 'int':
    case 'duration':
      return input.min;
    case 'path':
    case 'enum':
      return input.oneOf[0];
    case 'boolean':
      return false;
    case 'string':
      return ['change-me', 'changeme', '0'].find((text) => matchesWhole(input.pattern, text));
  }
}
