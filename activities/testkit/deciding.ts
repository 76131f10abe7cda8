import { MockActivityEnvironment } from '@temporalio/testing';
import type { Incident, Person } from '../../domain/incident.js';
import type { JsonObject } from '../../domain/json.js';
import type { Admission, GuardVerdict } from '../../domain/permit.js';
import { type Plan, planIn } from '../../domain/plan.js';
import { decisiveVerdict } from '../../domain/verdicts.js';
import type { Call } from '../../integrations/contract/call.js';
import type { RuleSet } from '../../rules/language/set.js';
import { alert, catalogue, hash, incident, target, witness } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import { readSituation } from '../situation/read.js';

// What activities decide on, with the real rules and the real reading of them: one of everything that an integration offers.

export const about = { incident: 'pagerduty:Q1', ref: incident().ref, trust: 'signed' as const };

/** Two minutes after the alert began. Epoch milliseconds. */
export const now = Date.parse(alert().startedAt) + 120_000;

export const ada: Person = { id: 'PADA', name: 'Ada', email: 'ada@example.com' };

export interface Offered {
  incident?: Partial<Incident>;
  /** Who is on call for it. */
  people?: readonly Person[];
  /** What the target's type does otherwise than to read the one instance. */
  type?: object;
  /** What the action finds before it acts. */
  preState?: (call: Call) => Promise<JsonObject>;
}

const withCall = { with: (call: unknown) => call };

/** One incident, one alarm that fires, one target and one action: all answer at once. */
const registryOf = ({ incident: seen = {}, people = [ada], type = {}, preState = async () => ({}) }: Offered) => ({
  sources: new Map([
    [
      'pagerduty',
      {
        ...withCall,
        read: async () => ({}),
        normalise: () => ({ incident: incident(seen), alert: alert() }),
        onCall: async () => people,
      },
    ],
  ]),
  witnesses: [{ ...withCall, id: 'test.alarm', covers: () => true, read: async () => witness() }],
  targets: { get: () => ({ ...withCall, read: async () => target(), ...type }) },
  actions: { get: () => ({ ...withCall, preState }) },
  bodies: [],
  calendars: new Map(),
});

/** Knows of nothing and keeps nothing. */
const emptyLedger = {
  decision: async () => undefined,
  approvals: async () => [],
  timeline: async () => [],
  evidence: async () => ({ permits: [] }),
  deploysOf: async () => [],
  record: async () => undefined,
};

type Wanted = Partial<Omit<ActivityDeps, 'registry' | 'ledger' | 'rules'>> & { offered?: Offered; ledger?: object };

/** Everything that an activity of deciding needs; what a test is about stands in `wanted`. */
export const depsOf = (set: RuleSet, { offered = {}, ledger = {}, ...wanted }: Wanted = {}): ActivityDeps =>
  ({
    now: () => now,
    hash,
    catalogue,
    guards: [],
    ourselves: [],
    own: [],
    rules: () => set,
    registry: registryOf(offered),
    ledger: { ...emptyLedger, ...ledger },
    ...wanted,
  }) as unknown as ActivityDeps;

/** As the ledger answers when every guard has spoken. */
export function admissionOf(verdicts: GuardVerdict[]): Admission {
  const refusedBy = decisiveVerdict(verdicts);
  return refusedBy ? { admitted: false, verdicts, refusedBy } : { admitted: true, permit: {} as never, verdicts };
}

/** Runs it as an activity, which is where a call gets its signal and its heartbeat from. */
export const inActivity = <Answer>(work: () => Promise<Answer>): Promise<Answer> => new MockActivityEnvironment().run(work);

/** The plan as it is now. For use inside an activity. */
export async function planNow(deps: ActivityDeps): Promise<Plan> {
  const { decision } = await readSituation(deps, about);
  const plan = planIn(decision);
  if (!plan) throw new Error(`no plan: ${'because' in decision ? decision.because : ''}`);
  return plan;
}
