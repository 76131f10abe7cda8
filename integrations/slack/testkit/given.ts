import type { Decision } from '../../../domain/plan.js';
import type { LedgerRecord, NewRecord } from '../../../domain/record.js';
import type { CallWith } from '../../contract/call.js';
import type { FollowerReads } from '../../contract/follower.js';
import { testCall } from '../../contract/testkit/call.js';
import type { TestSandbox } from '../../contract/testkit/sandbox.js';
import { connectSlack, type SlackClient } from '../client.js';
import { slackConfig } from '../config.js';

// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any;

export const incident = 'pagerduty:Q1';
export const planHash = '5b1e07c2'.repeat(8);

/** A process of ours, connected to the sandbox's workspace. */
export function connected(sandbox: Pick<TestSandbox, 'environment'>, change: Record<string, string> = {}): CallWith<SlackClient> {
  const config = slackConfig.parse({ ...sandbox.environment(), ...change });
  if (!config) throw new Error('not connected');
  return testCall(connectSlack(config));
}

/** As far as a question is made from it. */
export const decision = (count = 1, more: Loose = {}): Decision =>
  ({
    concluded: 'ask',
    plan: {
      ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' },
      hash: planHash,
      approval: { count },
      target: { name: 'i-0aa11' },
      steps: [{ runbook: 'restart-ec2-instance', says: 'SSM Automation OpsSentinel-RestartInstance version 7' }],
      ...more,
    },
  }) as unknown as Decision;

export const question = [
  'OpsSentinel: YOUR WORD IS WANTED. restart-ec2-instance (SSM Automation) on i-0aa11.',
  'Why     alarm web-cpu-high; DescribeAlarms: ALARM',
  `Plan    ${planHash.slice(0, 8)}, waits until 03:27:00Z; then it pages and never runs`,
  'Do      opssentinel approve Q1 --plan 5b1e07c2',
  '        opssentinel reject Q1 --plan 5b1e07c2 --reason "…"',
  'More    http://localhost:8080/i/pagerduty:Q1',
].join('\n');

/** A ledger as the follower sees it. Lines are dated now. */
export interface Told {
  line: (line: Omit<NewRecord, 'incident'> & { incident?: string }) => LedgerRecord;
  ask: (more?: Loose) => LedgerRecord;
  word: (by: string, more?: Loose) => LedgerRecord;
  report: (text: string, room?: string) => LedgerRecord;
  decide: (decision: Decision) => void;
  reads: FollowerReads;
}

export function ledger(room = '#web-oncall'): Told {
  const lines: LedgerRecord[] = [];
  let decided: Decision | undefined = decision();
  const line: Told['line'] = (written) => {
    const seq = lines.length + 1;
    const made: LedgerRecord = { incident, ...written, seq, at: new Date().toISOString(), prev: '', hash: '' };
    lines.push(made);
    return made;
  };
  return {
    line,
    ask: (more = {}) =>
      line({
        phase: 'approval',
        state: 'waiting',
        says: 'waits',
        once: `ask.${planHash}.first`,
        data: { planHash, expiresAt: new Date(Date.now() + 900_000).toISOString(), text: question, slack: room, ...more },
      }),
    word: (by, { state = 'ok', word = 'approve', ...more } = {}) =>
      line({
        phase: 'approval',
        state,
        says: state === 'ok' ? `${word === 'approve' ? 'approved' : 'rejected'} by ${by} (slack)` : `${by} (slack): refused`,
        data: { decision: word, by, via: 'slack', verified: true, planHash, ...more },
      }),
    report: (text, where = room) => {
      line({ phase: 'outcome', state: 'ok', says: 'remediated: alarm OK', once: 'outcome' });
      return line({ phase: 'report', state: 'ok', says: 'pagerduty note', once: 'report', data: { text, slack: where } });
    },
    decide: (made) => void (decided = made),
    reads: {
      decision: async () => decided,
      timeline: async (id) => lines.filter((one) => one.incident === id),
      link: (id) => `http://localhost:8080/i/${id}`,
    },
  };
}
