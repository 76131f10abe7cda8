import type { Decision } from '../../../domain/plan.js';
import type { LedgerRecord, NewRecord } from '../../../domain/record.js';
import type { FollowerDefinition, FollowerReads } from '../follower.js';
import type { CallWith } from '../call.js';

const key = 'a'.repeat(64);

/** Lines of one incident that was remediated, as activities write them; the last of them a moment ago. */
export function remediation(incident: string, now = Date.now()): LedgerRecord[] {
  const written: readonly Omit<NewRecord, 'incident'>[] = [
    { phase: 'alert', state: 'info', says: 'ec2-cpu-high on i-0aa11bb22cc33dd44' },
    { phase: 'plan', state: 'ok', says: 'SSM Automation OpsSentinel-RestartInstance version 7' },
    {
      phase: 'execute',
      state: 'info',
      says: 'SSM Automation started',
      once: `execute.${key}.started`,
      data: { attemptKey: key, ref: {}, fence: 1, operation: 'aws.ssm.start-automation' },
    },
    {
      phase: 'execute',
      state: 'ok',
      says: 'Success, 3 of 3 steps',
      once: `execute.${key}.ended`,
      data: { attemptKey: key, status: 'succeeded' },
    },
    { phase: 'verify', state: 'ok', says: 'alarm OK for 60 s', once: `verify.${key}`, data: { step: 0 } },
    { phase: 'outcome', state: 'ok', says: 'remediated: it is well', once: 'outcome', data: { kind: 'remediated' } },
  ];
  return written.map((line, index) => ({
    incident,
    ...line,
    seq: index + 1,
    at: new Date(now - (written.length - index) * 1_000).toISOString(),
    prev: `h${index}`,
    hash: `h${index + 1}`,
  }));
}

/** What a follower may look up beside these lines. */
export const readsOf = (lines: readonly LedgerRecord[], decision?: Decision): FollowerReads => ({
  decision: async () => decision,
  timeline: async (incident) => lines.filter((line) => line.incident === incident),
  link: (incident) => `http://localhost:8080/i/${incident}`,
});

/** What a follower is told beside a remediation that nothing is remarkable about. */
interface Following {
  incident?: string;
  decision?: Decision;
  /** Told so far: nothing after this phase. */
  until?: LedgerRecord['phase'];
  /** The channel by which people were paged before. */
  paged?: string;
}

/** The same lines when they are told again. Epoch milliseconds. */
const began = Date.now();

/** Hands a follower the lines of a remediation that it wants, as its loop does. */
export async function follow<Client>(
  follower: FollowerDefinition<Client>,
  call: CallWith<Client>,
  { incident = call.incident, decision, until, paged }: Following = {},
): Promise<void> {
  const all = remediation(incident, began);
  const lines = until === undefined ? all : all.slice(0, all.findLastIndex(({ phase }) => phase === until) + 1);
  const wanted = lines.filter((line) => follower.wants?.(line) ?? true);
  await follower.deliver(call, wanted, readsOf([...lines, ...(paged === undefined ? [] : [pageBy(paged, incident)])], decision));
}

const pageBy = (channel: string, incident: string): LedgerRecord => ({
  incident,
  phase: 'report',
  state: 'info',
  says: `paged by ${channel}, because escalating failed`,
  once: 'woken.0',
  seq: 0,
  at: new Date(began - 60_000).toISOString(),
  prev: '',
  hash: 'h0',
});
