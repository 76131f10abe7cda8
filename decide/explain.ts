import type { GuardVerdict } from '../domain/permit.js';
import type { Condition, Decision, Plan, RuleVerdict } from '../domain/plan.js';
import { targetWords } from '../domain/plan-words.js';
import { shortHash } from '../domain/plan.js';
import type { LedgerRecord } from '../domain/record.js';
import { ago, clock, epochMs } from '../domain/words.js';

const width = 100;

/** What whoever explains knows beside the decision. */
export interface Telling {
  /** ISO 8601, UTC: when it was decided. */
  decidedAt?: string | undefined;
  /** A sentence on other rules: `Under today's rules (1d77a90): the same.` */
  under?: string | undefined;
  /** Time of day where the reader is, of a moment in epoch milliseconds. */
  local?: ((at: number) => string | undefined) | undefined;
  /** Guards that are shown at most, those that do not allow before all others; the rest is counted. Default: all. */
  guards?: number | undefined;
  /** How the reader gets to the rest: `--all shows them`. */
  rest?: string | undefined;
}

/**
 * A decision for people, 100 columns, words first: what was decided, why the rule matched, what each guard said, why the others did not match.
 * `now`, epoch milliseconds, adds how long ago it was.
 */
export function explain(decision: Decision, guards: readonly GuardVerdict[] = [], now?: number, telling: Telling = {}): string {
  const plan = 'plan' in decision ? decision.plan : undefined;
  const matched = decision.verdicts.filter((verdict) => verdict.matched);
  const sections = [
    incidentLines(decision, now, telling),
    [row([['DECISION', 10]], decisionSays(decision, guards))],
    ...matched.map((verdict) => matchedLines(verdict, verdict.rule === plan?.rule.name ? plan : undefined)),
    plan ? planLines(plan) : [],
    guards.length > 0 ? guardLines(guards, telling) : [],
    notMatchedLines(decision.verdicts.filter((verdict) => !verdict.matched)),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** What the guards said last: in the record's data. */
export function lastGuards(timeline: readonly Pick<LedgerRecord, 'phase' | 'data'>[]): GuardVerdict[] {
  const line = timeline.findLast(({ phase, data }) => phase === 'guards' && Array.isArray(data?.['verdicts']));
  return (line?.data?.['verdicts'] ?? []) as unknown as GuardVerdict[];
}

function incidentLines(
  { incident, witness, rulesHash, revision }: Decision,
  now: number | undefined,
  { decidedAt, under, local }: Telling,
): string[] {
  const column = Math.max(10, incident.id.length + 2);
  const at = incident.createdAt;
  const there = local?.(epochMs(at));
  const beside = [...(there === undefined ? [] : [`${there} local`]), ...(now === undefined ? [] : [ago(now - epochMs(at))])];
  const triggered = `triggered ${at.slice(0, 10)} ${clock(at)}${beside.length === 0 ? '' : ` (${beside.join(', ')})`}`;
  const commit = revision?.commit === undefined ? '' : `, commit ${revision.commit.slice(0, 7)}`;
  const decided = `decided${decidedAt === undefined ? '' : ` ${clock(decidedAt, at)}`} by rules ${shortHash(rulesHash)}${commit}`;
  return [
    row([[incident.id, column]], oneLine(incident.title)),
    row([['', column]], `${triggered}; ${witness.says}`),
    row([['', column]], under === undefined ? decided : `${decided}. ${under}`),
  ];
}

/** What became of it: a guard that refused outweighs what the rule wanted. */
function decisionSays(decision: Decision, guards: readonly GuardVerdict[]): string {
  const refused = 'plan' in decision ? guards.find(({ verdict }) => verdict === 'refuse') : undefined;
  return refused ? `refused by ${refused.guard}: ${foundWords(refused)}` : concludedSays(decision);
}

function concludedSays(decision: Decision): string {
  switch (decision.concluded) {
    case 'act':
      return `act: ${decision.plan.rule.name} on ${targetWords(decision.plan)}, automatically`;
    case 'ask':
      return `ask: ${decision.plan.rule.name} on ${targetWords(decision.plan)} waits for ${decision.plan.approval.count === 1 ? 'a human' : `${decision.plan.approval.count} people`}`;
    case 'observe':
      return `observe: ${decision.plan.rule.name} would act on ${targetWords(decision.plan)}, and does nothing`;
    case 'nothing':
      return `nothing: ${decision.because}`;
    case 'refuse':
      return `refused at ${decision.place}: ${decision.because}`;
  }
}

function matchedLines({ rule, at, conditions }: RuleVerdict, plan: Plan | undefined): string[] {
  const space = Math.max(width - 10 - rule.length - at.length, 2);
  return [
    `MATCHED   ${rule}${' '.repeat(space)}${at}`,
    ...conditions.flatMap((condition, index) => [
      conditionLine(condition, conditions[index - 1]?.place),
      ...(plan && condition.place === 'target' ? [row([['', 17]], `-> ${plan.target.id}`)] : []),
    ]),
    ...(plan ? [modeLine(plan)] : []),
  ];
}

function conditionLine({ place, text, result, found }: Condition, before: string | undefined): string {
  const [shownPlace, note] = place.startsWith('runbook.')
    ? ['require', '(runbook) ']
    : [place.startsWith('require.') ? 'require' : place, ''];
  return row(
    [
      ['', 2],
      [result, 5],
      [place === before ? '' : shownPlace, 10],
      [`${note}${oneLine(text)}`, 47],
    ],
    found,
  );
}

function modeLine(plan: Plan): string {
  return row(
    [
      ['', 7],
      ['mode', 10],
      [`${plan.environment}: ${plan.mode}`, 47],
    ],
    plan.modeBecause ?? '',
  );
}

function planLines(plan: Plan): string[] {
  return [
    `PLAN      ${shortHash(plan.hash)}`,
    ...plan.steps.flatMap((step) =>
      row(
        [
          ['', 2],
          [`step ${step.index + 1}`, 8],
          [step.runbook, 26],
        ],
        `${step.says}; risk ${step.risk}, undo ${step.undo}`,
      ),
    ),
  ];
}

const guardWords = { allow: 'allow', refuse: 'REFUSE', ask: 'ask' } as const;

function guardLines(all: readonly GuardVerdict[], telling: Telling): string[] {
  const guards = foremost(all, telling.guards ?? all.length);
  const left = all.length - guards.length;
  const columnFor = (of: (one: GuardVerdict) => string, atMost: number): number =>
    Math.min(Math.max(5, ...guards.map((one) => of(one).length)) + 2, atMost);
  const name = columnFor(({ guard }) => guard, 18);
  const limit = columnFor((one) => one.limit, 16);
  const found = width - 9 - name - limit - (columnFor((one) => one.setBy, 24) - 2);
  const lines = guards.flatMap((one) => {
    const limits = wrap(one.limit, limit - 2);
    const founds = wrap(foundWords(one), found - 2);
    return Array.from({ length: Math.max(limits.length, founds.length) }, (_, line) =>
      guardRow(line === 0 ? one : undefined, [limits[line] ?? '', limit], [founds[line] ?? '', found], name),
    );
  });
  const more =
    left === 0
      ? []
      : [
          row(
            [
              ['', 2],
              ['…', 7],
            ],
            `${left} more allow${telling.rest === undefined ? '' : `: ${telling.rest}`}`,
          ),
        ];
  return [`${'GUARDS'.padEnd(9 + name)}${'limit'.padEnd(limit)}${'found'.padEnd(found)}set by`, ...lines, ...more];
}

/** All that do not allow, then the first that do, in the order in which they were asked. */
function foremost(guards: readonly GuardVerdict[], most: number): readonly GuardVerdict[] {
  const odd = guards.filter(({ verdict }) => verdict !== 'allow').length;
  let room = Math.max(most - odd, 0);
  return guards.filter(({ verdict }) => verdict !== 'allow' || room-- > 0);
}

/** One line of a guard; its name, verdict and origin stand on the first alone. */
function guardRow(
  one: GuardVerdict | undefined,
  limit: readonly [string, number],
  found: readonly [string, number],
  name: number,
): string {
  const lead: (readonly [string, number])[] = [['', 2], [one ? guardWords[one.verdict] : '', 7], [one?.guard ?? '', name], limit];
  return one ? row([...lead, found], one.setBy) : row(lead, found[0]);
}

const foundWords = ({ found, freeAt }: GuardVerdict): string => `${oneLine(found)}${freeAt ? `, free ${clock(freeAt)}` : ''}`;

function notMatchedLines(verdicts: readonly RuleVerdict[]): string[] {
  if (verdicts.length === 0) return [];
  const longest = Math.min(Math.max(...verdicts.map(({ rule }) => rule.length)) + 2, 32);
  return [
    'NOT MATCHED',
    ...verdicts.map(({ rule, conditions }) => {
      const failed = conditions.find(({ holds }) => !holds);
      if (!failed) return row([['', 2]], rule);
      return row(
        [
          ['', 2],
          [rule, longest],
          [failed.result, 7],
          [failed.place, 10],
          [oneLine(failed.text), 38],
        ],
        failed.found,
      );
    }),
  ];
}

/** Cells of a fixed width and a last one that wraps below itself. A cell that is too long pushes the rest to the right by two spaces. */
function row(cells: readonly (readonly [text: string, width: number])[], last: string): string {
  let line = '';
  let column = 0;
  for (const [text, cell] of cells) {
    column += cell;
    line = `${line}${text}`;
    line = line.length >= column ? `${line}  ` : line.padEnd(column);
  }
  const room = width - line.length;
  if (last.length <= room) return `${line}${last}`.trimEnd();
  const indent = ' '.repeat(Math.min(column, 17));
  const wrapped = wrap(last, width - indent.length);
  return room < 24
    ? [line.trimEnd(), ...wrapped.map((text) => `${indent}${text}`)].join('\n')
    : `${line}${wrap(last, room).join(`\n${' '.repeat(line.length)}`)}`;
}

function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > room) {
    const space = rest.lastIndexOf(' ', room);
    const cut = space > room / 3 ? space : room;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  return [...lines, rest];
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
