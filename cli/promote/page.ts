import type { RightsFile } from '../../integrations/contract/rights.js';
import type { LabelKind, LabelRow } from '../../domain/label.js';
import { percent } from '../../domain/precision.js';
import { isoSeconds } from '../../domain/words.js';
import type { Edit } from './edit.js';
import type { Evidence } from './evidence.js';
import type { Gate } from './gates.js';
import { toAuto } from './limits.js';
import { learnedLines } from './learned.js';
import { backtestDays, type PastPlayed } from './past.js';

/** Everything that the page of a promotion says. */
export interface Promotion {
  rule: string;
  environment: string;
  from: string;
  to: 'approve' | 'auto';
  logicHash: string;
  runbook: string;
  runbookHash: string;
  evidence: Evidence;
  past: PastPlayed;
  gates: Gate[];
  /** What the rule needs beyond what the others have; empty: nothing. */
  rights: RightsFile[];
  /** Where it was read what the roles have. `at`: epoch milliseconds. */
  rightsRead?: { at: number; leavesOut: string };
  change: Edit;
}

const words: Readonly<Record<LabelKind, [string, string]>> = {
  'human-same': ['a human did the same', 'same action, same target, within 30 min'],
  'approved-verified': ['approved, verified', ''],
  'auto-verified': ['by itself, verified', ''],
  'human-other': ['a human did other', ''],
  'cleared-itself': ['cleared by itself', ''],
  rejected: ['rejected', ''],
  'not-verified': ['not verified', ''],
  'person-said': ['a person said so', ''],
  unlabelled: ['', ''],
  'not-judged': ['', ''],
};

/** The page, as a terminal shows it and as the pull request's body. `now`: epoch milliseconds. */
export const pageLines = (promotion: Promotion, now: number): string[] => [
  head(promotion),
  '',
  ...evidenceLines(promotion, now),
  '',
  'GATES',
  ...gateLines(promotion.gates),
  '',
  ...rightsLines(promotion),
  '',
  `WOULD CHANGE  ${promotion.change.at}`,
  `  - ${promotion.change.before}`,
  `  + ${promotion.change.after}`,
];

const short = (hash: string): string => hash.slice(0, 7);

const head = ({ rule, environment, from, to, logicHash, runbook, runbookHash }: Promotion): string =>
  `${`${rule} in ${environment}: ${from} -> ${to}`.padEnd(46)}rule logic ${short(logicHash)}, runbook ${runbook} ${short(runbookHash)}`;

/** A name, a number that ends in column 35, and what there is to say from column 42 on. */
const row = (name: string, count: number | '-', note = ''): string =>
  `${name.padEnd(31)}${String(count).padStart(4)}${note === '' ? '' : `       ${note}`}`;

const shareRow = (name: string, text: string, note: string, wanted: string): string =>
  `${name.padEnd(30)}${text.padEnd(12)}${wanted === '' ? note : `${note.padEnd(42)}${wanted}`}`;

function evidenceLines({ evidence, past, to }: Promotion, now: number): string[] {
  const { since, matched, judged, kinds, right, verified, refusedBy } = evidence;
  const days = since === undefined ? 0 : Math.floor((now - Date.parse(since)) / 86_400_000);
  const from = since === undefined ? 'none yet' : `since ${since.slice(0, 10)} (${days} days, rule logic and runbook unchanged)`;
  const left = matched - judged;
  const refused = Object.entries(refusedBy);
  const wanted = (share: { atLeast: number }, least: number): string =>
    to === 'auto' ? `wanted ${percent(least)}     ${share.atLeast >= least ? 'yes' : 'NO'}` : '';
  return [
    `EVIDENCE  ${from}`,
    row('  matched', matched),
    row('  judged', judged, left > 0 ? `${left} could not be judged and do not count` : ''),
    ...kinds.map(({ label, kind, rows }) => {
      const [name, note] = words[kind];
      return row(
        `    ${label.padEnd(5)}  ${name}`,
        rows.length,
        label === 'wrong' ? rows.slice(0, 5).map(wrongWords).join(', ') : note,
      );
    }),
    shareRow(
      '  right',
      `${right.good} of ${right.n}`,
      `${percent(right.share)}, at least ${percent(right.atLeast)} (95 % Wilson)`,
      wanted(right, toAuto.atLeast),
    ),
    ...(verified.n === 0 && to === 'approve'
      ? []
      : [
          shareRow(
            '  verified once it ran',
            `${verified.good} of ${verified.n}`,
            `at least ${percent(verified.atLeast)}`,
            wanted(verified, toAuto.verifiedAtLeast),
          ),
        ]),
    ...(refused.length === 0
      ? []
      : [
          row(
            '  guards would have refused',
            refused.reduce((sum, [, count]) => sum + count, 0),
            refused.map(([guard, count]) => `${guard} ${count}`).join(', '),
          ),
        ]),
    pastLine(past),
    ...learnedLines(evidence.learned).map((line) => `  ${line}`),
  ];
}

/** What the rule would have come to is no proof that it would have helped. */
const pastLine = (past: PastPlayed): string =>
  'because' in past
    ? row(`  backtest, ${backtestDays} days`, '-', `not to be had: ${past.because}`)
    : row(
        `  backtest, ${backtestDays} days`,
        past.matched,
        `for information; not counted${past.cut ? '; of the newest the API lists' : ''}`,
      );

/** `Q0GZK21 2026-10-03`. */
const wrongWords = ({ incident, at }: LabelRow): string => `${incident.slice(incident.indexOf(':') + 1)} ${at.slice(0, 10)}`;

/** Those that are met two in a line, where they fit; what is open stands alone, last. */
export function gateLines(gates: readonly Gate[]): string[] {
  const met = gates.filter(({ yes }) => yes).map(({ says }) => `  yes   ${says}`);
  const lines: string[] = [];
  for (const gate of met) {
    const last = lines.at(-1);
    if (last !== undefined && last.length < 48 && !last.includes('  yes   ', 8))
      lines[lines.length - 1] = `${last.padEnd(49)}${gate.slice(2)}`;
    else lines.push(gate);
  }
  const open = gates.filter(({ yes }) => !yes);
  return [...lines, ...open.flatMap(({ says, fix }) => [`  NO    ${says}`, ...(fix === undefined ? [] : [`          ${fix}`])])];
}

/** Where a gate says what the roles have, what it leaves out; before that, what they will need. */
function rightsLines({ rights, rule, environment, rightsRead }: Promotion): string[] {
  if (rightsRead !== undefined) return [`RIGHTS  as the gates say, read ${isoSeconds(rightsRead.at)}; ${rightsRead.leavesOut}`];
  const statements = rights.flatMap(({ account, role, name, lines }) =>
    lines.map(
      ({ actions, resources }) =>
        `  ${role ?? name} in ${account} must be allowed ${actions.join(', ')} on ${resources.join(', ')}`,
    ),
  );
  if (statements.length === 0) return ['RIGHTS  nothing beyond what the other rules have'];
  return [
    'RIGHTS  beyond what the other rules have; what the roles have by now is read before it may be auto',
    ...statements,
    `  as a policy:  opssentinel iam --rule ${rule} --env ${environment} --diff`,
  ];
}

/** How it ends for whoever asked. */
export function lastLine(gates: readonly Gate[]): string {
  const open = gates.filter(({ yes }) => !yes).length;
  if (open > 0)
    return `Nothing was written: ${open === 1 ? '1 gate is' : `${open} gates are`} open.  Then: --write changes the file, --pr commits it on a branch with this page.`;
  return 'Nothing was written. --write changes the file, --pr commits it on a branch with this page.';
}
