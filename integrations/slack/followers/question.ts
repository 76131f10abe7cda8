import type { Decision, Plan } from '../../../domain/plan.js';
import { planIn, shortHash } from '../../../domain/plan.js';
import type { LedgerRecord } from '../../../domain/record.js';
import { clock } from '../../../domain/words.js';
import { type Choice, cut, type Written, written } from '../blocks.js';
import { valueOf } from '../button.js';

/** The question to the people on call as it stands by the ledger now. */
export interface Question {
  room: string;
  /** When it was asked first. ISO 8601, UTC. */
  since: string;
  /** Whether a word is still wanted. */
  open: boolean;
  message: Written;
}

export const textOf = ({ data }: LedgerRecord, name: string): string | undefined => {
  const value = data?.[name];
  return typeof value === 'string' ? value : undefined;
};

export const isAsk = (line: LedgerRecord): boolean => line.once?.startsWith('ask.') === true;

/** A person's word, judged: counted or refused. */
export const isWord = ({ phase, state, data }: LedgerRecord): boolean =>
  phase === 'approval' && (state === 'ok' || state === 'refused') && typeof data?.['decision'] === 'string';

/** Made anew from all lines each time, so that it is the same however often, late or out of order they are told. `now`: epoch ms. */
export function questionIn(
  lines: readonly LedgerRecord[],
  decision: Decision | undefined,
  link: string,
  now: number,
): Question | undefined {
  const asks = lines.filter((line) => isAsk(line) && textOf(line, 'slack') !== undefined);
  const [first, ask] = [asks[0], asks.at(-1)];
  const [room, text, planHash] = ask ? [textOf(ask, 'slack'), textOf(ask, 'text'), textOf(ask, 'planHash')] : [];
  if (!first || !ask || room === undefined || text === undefined || planHash === undefined) return undefined;
  const words = lines.filter((line) => isWord(line) && line.seq > first.seq);
  const said = words.map((line) => `${clock(line.at)}  ${line.says}`);
  const expiresAt = textOf(ask, 'expiresAt') ?? ask.at;
  const why = whyClosed({ lines, words, decision, planHash, expired: now >= Date.parse(expiresAt) });
  const choice = why === undefined ? choiceOf(decision, planHash, expiresAt) : undefined;
  const message = why === undefined ? written(text, link, said, choice) : written(closed(text), link, [...said, why]);
  return { room, since: first.at, open: why === undefined, message };
}

/** The first line is what the reader must do. */
const closed = (text: string): string =>
  [
    text.split('\n')[0]?.replace(/YOUR WORD IS WANTED(?: \(reminder\))?\./, 'no word is wanted any more.'),
    ...withoutCommands(text),
  ].join('\n');

const withoutCommands = (text: string): string[] =>
  text
    .split('\n')
    .slice(1)
    .filter((row) => !/^(?:Do {6}| {8})opssentinel /.test(row));

interface State {
  lines: readonly LedgerRecord[];
  words: readonly LedgerRecord[];
  decision: Decision | undefined;
  planHash: string;
  expired: boolean;
}

/** Why no word is wanted any more, for people; `undefined`: one is. The same count as whoever judges words makes. */
function whyClosed({ lines, words, decision, planHash, expired }: State): string | undefined {
  const outcome = lines.findLast(({ once }) => once === 'outcome');
  const plan = planIn(decision);
  const accepted = words.filter((line) => line.state === 'ok' && textOf(line, 'planHash') === planHash);
  if (accepted.some((line) => textOf(line, 'decision') === 'reject')) return 'Rejected: it does not run.';
  const people = new Set(
    accepted.map((line) => (line.data?.['verified'] === true ? (textOf(line, 'by') ?? '').toLowerCase() : '')),
  );
  if (plan && people.size >= plan.approval.count) return 'Approved: the guards decide now whether it may run.';
  if (outcome) return `It ended: ${outcome.says}.`;
  if (!plan || plan.hash !== planHash) return 'The plan has changed since.';
  return expired ? 'Nobody answered in time: it pages and never runs.' : undefined;
}

/** Without a value that fits there are no buttons; the commands stand in the text. */
function choiceOf(decision: Decision | undefined, planHash: string, expiresAt: string): Choice | undefined {
  const plan = planIn(decision);
  const value = plan && valueOf({ ref: plan.ref, planHash });
  if (!plan || value === undefined) return undefined;
  const end = ` on ${cut(targetsOf(plan), 150)}. Plan ${shortHash(planHash)}, until ${clock(expiresAt)}.`;
  const steps = plan.steps.map(({ runbook, says }) => `${runbook} (${says})`).join(', then ');
  return { value, exactly: `${cut(steps, 300 - end.length)}${end}` };
}

const targetsOf = ({ target, rollout }: Plan): string =>
  rollout ? `${rollout.each.length} targets: ${rollout.each.map((each) => each.target.name).join(', ')}` : target.name;
