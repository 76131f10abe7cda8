import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createDecideActivities } from '../../activities/decide/index.js';
import type { ActivityDeps } from '../../activities/deps.js';
import { createEffectActivities } from '../../activities/effect/index.js';
import type { Decided, EffectInput, StartEffect } from '../../activities/types.js';
import type { EffectStart } from '../../domain/effect.js';
import type { Guard } from '../../domain/admission.js';
import { hashScope } from '../../domain/hold.js';
import type { Admission } from '../../domain/permit.js';
import { type Plan, planIn } from '../../domain/plan.js';
import { cooldown } from '../../guards/cooldown.js';
import { stop } from '../../guards/stop.js';
import { target as protects } from '../../guards/target.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { createRulesInForce, type RulesInForce } from '../../rules/revision/in-force.js';
import { canSign, repository, type Repository } from '../support/repository.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres.js';
import { alert, catalogue, hash, incident, policy, rule, runbook, target, witness } from '../support/rules.js';

// Real rules in a real repository, the real ledger, the real activities; only the world outside is made up.

let postgres: TestPostgres;
let ledger: Ledger;
let repo: Repository;
let began: string[];
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  ledger = await openLedger({ url: await postgres.freshUrl(), deadlineMs: 10_000 });
  repo = repository();
  began = [];
  hold({});
  repo.commit('ada', 'bob');
});
afterEach(async () => {
  await ledger.close();
  repo.remove();
});

interface Held {
  rules?: string;
  runbook?: string;
  policy?: string;
  comment?: string;
}
const auto = 'mode: { staging: auto }';
/** What the folder holds from now on. */
const hold = (held: Held): void => {
  repo.write('rules/cpu.yaml', `${held.comment ?? ''}${held.rules ?? rule('cpu', auto)}`);
  repo.write('rules/base.yaml', [held.policy ?? policy('profile: bench'), held.runbook ?? runbook()].join('\n---\n'));
};

const process = (mode: 'sandbox' | 'live' = 'sandbox'): Promise<RulesInForce> =>
  createRulesInForce({
    dir: repo.rules,
    catalogue,
    hash,
    now: Date.now,
    shelf: ledger,
    mode,
    allowedSigners: repo.signers,
  });

const call = { with: (given: unknown) => given };
function activities(rules: RulesInForce, guards: readonly Guard[] = [stop, cooldown]) {
  const action = {
    ...call,
    id: 'test.run',
    idempotency: 'token',
    params: { parse: (value: unknown) => value },
    preState: async () => ({}),
    start: async (_call: unknown, _params: unknown, { key }: { key: string }) => {
      began.push(key);
      return { ref: {}, says: 'began' };
    },
  };
  const deps = {
    now: Date.now,
    hash,
    catalogue,
    ledger,
    guards,
    ourselves: [],
    own: [],
    rules: rules.current,
    rulesOf: rules.of,
    outOfBandStop: async () => undefined,
    tellJoined: async () => false,
    registry: {
      sources: new Map([
        [
          'pagerduty',
          {
            ...call,
            read: async (_call: unknown, { externalId }: { externalId: string }) => externalId,
            normalise: (id: string) => ({
              incident: incident({ ref: refOf(id), id }),
              alert: alert({ correlationKey: id, labels: { InstanceId: 'i-0aa11' } }),
            }),
          },
        ],
      ]),
      witnesses: [{ ...call, id: 'test.alarm', covers: () => true, read: async () => witness() }],
      targets: { get: () => ({ ...call, read: async () => target() }) },
      actions: new Map([['test.run', action]]),
      bodies: [],
      integrations: new Map(),
      calendars: new Map(),
    },
  } as unknown as ActivityDeps;
  return { ...createDecideActivities(deps), start: createEffectActivities(deps)['test.run'] as StartEffect };
}

const refOf = (id: string) => ({ source: 'pagerduty', externalId: id, generation: '0' });
const about = (id: string) => ({ incident: `pagerduty:${id}`, ref: refOf(id), trust: 'signed' as const });
const run = <Output>(work: () => Promise<Output>): Promise<Output> => new MockActivityEnvironment().run(work) as Promise<Output>;

async function decided(rules: RulesInForce, id = 'Q1') {
  const at = new Date().toISOString();
  const delivery = {
    kind: 'triggered',
    eventType: 'incident.triggered',
    authenticatedBy: 'test',
    eventId: id,
    receivedAt: at,
    occurredAt: at,
    actor: null,
  };
  const answer: Decided = await run(() => activities(rules).decide({ ...about(id), delivery: delivery as never }));
  if (answer.kind !== 'decided') throw new Error('nothing was decided');
  return answer.decision;
}
const admitted = (rules: RulesInForce, { hash: planHash }: Pick<Plan, 'hash'>, id = 'Q1'): Promise<Admission> =>
  run(() => activities(rules).admit({ ...about(id), planHash, step: 0 }));
const started = (rules: RulesInForce, admission: Admission, id = 'Q1'): Promise<EffectStart> => {
  if (!admission.admitted) throw new Error(admission.refusedBy.found);
  const { attemptKey, planHash, paramsHash, ruleHash, runbookHash } = admission.permit;
  const input: EffectInput = { incident: `pagerduty:${id}`, attemptKey, planHash, paramsHash, ruleHash, runbookHash };
  return run(() => activities(rules).start(input));
};
async function planOf(rules: RulesInForce, id = 'Q1'): Promise<Plan> {
  const plan = planIn(await decided(rules, id));
  if (!plan) throw new Error('no plan');
  return plan;
}
const revoke = (scope: string) =>
  ledger.placeHold({ kind: 'stop', scope: hashScope(scope), reason: 'a bad version', owner: 'ada' });

const needsGit = canSign() ? describe : describe.skip;

const changes: [string, Held][] = [
  ['a comment', { comment: '# a comment\n' }],
  ['another rule', { rules: [rule('cpu', auto), rule('other').replace('CPUUtilization', 'Other')].join('\n---\n') }],
  ['the rule itself', { rules: rule('cpu', `${auto}\nguards: { cooldown: 3h }`) }],
  ['its runbook', { runbook: runbook().replace('"7"', '"8"') }],
  ['the policy', { policy: policy('profile: bench').replace('ceiling: approve', 'ceiling: observe') }],
];

needsGit('T19: rules that change while a run goes on (skipped where git or ssh-keygen is not installed)', () => {
  it.each(changes)(
    '%s: the run goes on by what it began with, in this process and in one that was started since',
    async (_what, change) => {
      const rules = await process();
      const before = rules.current().hash;
      const plan = await planOf(rules);
      hold(change);
      await rules.reload();
      const restarted = await process();
      expect(await admitted(rules, plan)).toMatchObject({ admitted: true });
      const admission = await admitted(restarted, plan);
      expect(admission).toMatchObject({ admitted: true, permit: { planHash: plan.hash, ruleHash: plan.rule.fileHash } });
      expect(await started(restarted, admission)).toMatchObject({ started: true });
      expect(began).toHaveLength(1);
      // What begins now is decided by what is in force now.
      expect((await decided(rules, 'Q2')).rulesHash).toBe(rules.current().hash);
      expect(rules.current().hash === before).toBe(change.comment !== undefined);
    },
  );

  it('the rules of a run come from the ledger; where it has none that come to their hash, the run is refused', async () => {
    const plan = await planOf(await process());
    hold(changes[2]?.[1] ?? {});
    const kept: Ledger = {
      ...ledger,
      storedRules: async (wanted) => {
        const stored = await ledger.storedRules(wanted);
        return stored && { ...stored, files: stored.files.map(({ path, text }) => ({ path, text: text.replace('"7"', '"6"') })) };
      },
    };
    const rules = await createRulesInForce({
      dir: repo.rules,
      catalogue,
      hash,
      now: Date.now,
      shelf: kept,
      mode: 'sandbox',
      allowedSigners: undefined,
    });
    expect(await admitted(rules, plan)).toMatchObject({ admitted: false, refusedBy: { guard: 'plan' } });
  });

  it('what is protected by now is protected from older runs too', async () => {
    const rules = await process();
    const plan = await planOf(rules);
    hold({ policy: policy('profile: bench\nprotected: [{ arn: "arn:test:*" }]') });
    await rules.reload();
    const { admit } = activities(rules, [protects]);
    const answer = await run(() => admit({ ...about('Q1'), planHash: plan.hash, step: 0 }));
    expect(answer).toMatchObject({
      admitted: false,
      refusedBy: { guard: 'target', found: expect.stringContaining('protected') },
    });
  });

  it.each<[string, (plan: Plan) => string]>([
    ['set', ({ rulesHash }) => rulesHash],
    ['rule', (plan) => plan.rule.fileHash],
    ['runbook', ({ steps }) => steps[0]?.runbookHash ?? ''],
  ])('a %s that is revoked at any moment before the effect: none begins', async (_kind, what) => {
    const rules = await process();
    const plan = await planOf(rules);
    const admission = await admitted(rules, plan);
    const revoked = await revoke(what(plan));
    // Between permit and effect: the one statement that the effect hangs on.
    expect(await started(rules, admission)).toMatchObject({ started: false, because: expect.stringContaining('a bad version') });
    // Before the permit.
    await ledger.liftHold(revoked.id, { by: 'ada', admin: false });
    const next = await planOf(rules, 'Q2');
    await revoke(what(next));
    expect(await admitted(rules, next, 'Q2')).toMatchObject({ admitted: false, refusedBy: { guard: 'stop' } });
    // And none later, whoever loads what.
    hold({ comment: '# later\n' });
    await rules.reload();
    expect(await started(rules, admission)).toMatchObject({ started: false });
    expect(began).toEqual([]);
  });

  it('what the policy has taken back is taken from a run that began before, and said in plain words', async () => {
    const rules = await process();
    const plan = await planOf(rules);
    hold({ policy: policy('profile: bench').replace('ceiling: auto', 'ceiling: approve') });
    await rules.reload();
    for (const one of [rules, await process()])
      expect(await admitted(one, plan)).toMatchObject({
        admitted: false,
        refusedBy: { guard: 'plan', found: 'the policy now allows approve at most in staging' },
      });
  });

  it('under a revoked set a new incident goes to people', async () => {
    const rules = await process();
    await revoke(rules.current().hash);
    const decision = await decided(rules);
    expect(decision).toMatchObject({ concluded: 'refuse', because: 'the rules in force are revoked, by ada: a bad version' });
    expect(planIn(decision)).toBeUndefined();
  });

  it('swapped at every moment of a run, a permit is for the rules that decided it or there is none', async () => {
    const rules = await process();
    const other = await process();
    let swapping = true;
    const swaps = (async () => {
      for (let swap = 0; swapping; swap++) {
        hold(changes[swap % changes.length]?.[1] ?? {});
        await (swap % 2 === 0 ? rules : other).reload();
      }
    })();
    for (let round = 0; round < 20; round++) {
      const id = `Q${round}`;
      const decision = await decided(round % 2 === 0 ? rules : other, id);
      const plan = planIn(decision);
      if (!plan || plan.mode !== 'auto') continue;
      const admission = await admitted(round % 2 === 0 ? other : rules, plan, id);
      if (admission.admitted)
        expect(admission.permit).toMatchObject({
          planHash: plan.hash,
          ruleHash: plan.rule.fileHash,
          runbookHash: plan.steps[0]?.runbookHash,
        });
      else expect(admission.refusedBy.guard).not.toBe('plan');
      await ledger.releaseTarget(`pagerduty:${id}`);
    }
    swapping = false;
    await swaps;
  });
});

needsGit('what stays whatever rules are loaded', () => {
  it('N5: a reload, a rollback and a restart clear neither a cooldown nor a stop', async () => {
    const rules = await process();
    await started(rules, await admitted(rules, await planOf(rules)));
    await ledger.releaseTarget('pagerduty:Q1');
    const first = rules.current().hash;
    hold(changes[1]?.[1] ?? {});
    await rules.reload();
    await ledger.putRulesEvent({ kind: 'pin', hash: first, by: 'ada', reason: 'a test' });
    await rules.reload();
    for (const [index, loaded] of [rules, await process()].entries()) {
      const plan = await planOf(loaded, `QC${index}`);
      expect(await admitted(loaded, plan, `QC${index}`)).toMatchObject({ admitted: false, refusedBy: { guard: 'cooldown' } });
    }
    await ledger.placeHold({ kind: 'stop', scope: 'all', reason: 'storm', owner: 'ada' });
    const restarted = await process();
    expect(await admitted(restarted, await planOf(restarted, 'QS'), 'QS')).toMatchObject({ refusedBy: { guard: 'stop' } });
  });
});

needsGit('what is written down of the rules', () => {
  it('row 14: commit and hash stand in the decision, its line, the permit, and their files in the ledger', async () => {
    const commit = repo.git('rev-parse', 'HEAD');
    const rules = await process();
    const plan = await planOf(rules);
    await admitted(rules, plan);
    const evidence = await ledger.evidence('pagerduty:Q1');
    const revision = expect.objectContaining({ commit, signed: 'all' });
    expect(evidence).toMatchObject({
      decisions: [{ decision: { rulesHash: rules.current().hash, revision } }],
      permits: [
        {
          scopes: expect.arrayContaining(
            [plan.rulesHash, plan.rule.fileHash, plan.steps[0]?.runbookHash].map((one) => hashScope(one ?? '')),
          ),
        },
      ],
    });
    const lines = await ledger.timeline('pagerduty:Q1');
    for (const phase of ['match', 'guards'])
      expect(lines.find((line) => line.phase === phase)?.data).toMatchObject({ rulesHash: plan.rulesHash, revision });
    const stored = await ledger.storedRules(plan.rulesHash);
    expect(stored?.files.map(({ path }) => path)).toEqual(['rules/base.yaml', 'rules/cpu.yaml']);
  });
});

needsGit('I4: in live, auto needs signed commits', () => {
  it('signed by somebody else than the author: automatic; and what was accepted stands in the ledger', async () => {
    const rules = await process('live');
    expect(await decided(rules)).toMatchObject({ concluded: 'act' });
    expect(await ledger.rulesStanding()).toMatchObject({ accepted: repo.git('rev-parse', 'HEAD') });
  });

  it.each([
    ['not signed', undefined, /^auto became approve: commit [0-9a-f]{7} is not signed by an allowed signer$/],
    ['signed by its own author', 'ada', /^auto became approve: commit [0-9a-f]{7} is signed by its own author, ada@example.com$/],
  ])('%s: at most approve, with the reason; in the sandbox nobody minds', async (_what, signer, because) => {
    hold(changes[2]?.[1] ?? {});
    repo.commit('ada', signer);
    const rules = await process('live');
    const decision = await decided(rules);
    expect(decision).toMatchObject({ concluded: 'ask', plan: { mode: 'approve', modeBecause: expect.stringMatching(because) } });
    expect(await decided(await process('sandbox'), 'Q2')).toMatchObject({ concluded: 'act' });
  });

  it('the mode of a run stays what it was when it was decided, whoever signs later', async () => {
    hold(changes[2]?.[1] ?? {});
    repo.commit('ada');
    const rules = await process('live');
    const plan = await planOf(rules);
    const head = repo.git('rev-parse', 'HEAD');
    await ledger.putRulesEvent({ kind: 'accept', commit: head, hash: plan.rulesHash, by: 'ada', reason: 'seen' });
    await rules.reload();
    expect(await decided(rules, 'Q2')).toMatchObject({ concluded: 'act' });
    const answer = await admitted(rules, plan);
    expect(answer).toMatchObject({ admitted: true, permit: { planHash: plan.hash } });
  });
});
