import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { EffectStart } from '../../domain/effect.js';
import { incidentWorkflowType, queues } from '../../workflows/messages.js';
import { delivery } from '../run/server.js';
import { sharedE2e } from './shared.js';

/** The drill's one alarm and the automation that it leads to. */
const alarm = 'ec2-status-check-failed';
const start = 'ssm:StartAutomationExecution';

// Every case acts on the same instance, so the cooldown and the budget must not end the drill.
// At their full length, so that a kill falls into the automation.
const e2e = sharedE2e(loosenForDrill, 1);
afterEach(async () => {
  await e2e.control('DELETE', 'faults');
  await e2e.sandbox.clear(alarm);
});

const effects = async () => (await e2e.sandbox.effects()).length;
const begun = (incident: string) => e2e.line(incident, ({ once }) => once?.endsWith('.started') === true, 'it did not begin');
const fault = (kind: string, operation = start) => e2e.control('POST', 'faults', { operation, kind });

describe('rows 38, 40, I1: at most one effect per attempt, whatever dies', () => {
  it('SIGKILL between the start and the end of the automation', async () => {
    const before = await effects();
    const incident = await e2e.raise(alarm);
    await begun(incident);
    await e2e.stack.killWorker();
    expect(await effects()).toBe(before + 1);
    await e2e.stack.startWorker();
    expect(await e2e.ended(incident)).toBe('remediated');
    expect(await effects()).toBe(before + 1);
  }, 90_000);

  it('SIGKILL while the vendor has acted and has not answered', async () => {
    const before = await effects();
    await fault('execute-then-timeout');
    const incident = await e2e.raise(alarm);
    while ((await effects()) === before) await new Promise((resolve) => setTimeout(resolve, 20));
    await e2e.stack.killWorker();
    await e2e.stack.startWorker();
    expect(await e2e.ended(incident)).toBe('remediated');
    expect(await effects()).toBe(before + 1);
    await e2e.line(incident, ({ once }) => once?.endsWith('.adopted') === true, 'it was not adopted');
  }, 90_000);

  it.each(['execute-then-500', 'execute-then-reset'])(
    'the answer is lost by %s: found by its key',
    async (kind) => {
      const before = await effects();
      await fault(kind);
      const incident = await e2e.raise(alarm);
      expect(await e2e.ended(incident)).toBe('remediated');
      expect(await effects()).toBe(before + 1);
      await e2e.line(incident, ({ once }) => once?.endsWith('.adopted') === true, 'it was not adopted');
    },
    90_000,
  );

  it.each(['reset-before', '500'])(
    'nothing happened and the answer was lost (%s): the same key starts again, once',
    async (kind) => {
      const before = await effects();
      await fault(kind);
      const incident = await e2e.raise(alarm);
      expect(await e2e.ended(incident)).toBe('remediated');
      expect(await effects()).toBe(before + 1);
    },
    90_000,
  );
});

describe('an operator resets a run in the middle of its effect', () => {
  it('the new run finds the permit used, adopts the effect and goes on', async () => {
    const before = await effects();
    const incident = await e2e.raise(alarm);
    await begun(incident);
    await resetTo(incident, 'first');
    expect(await e2e.ended(incident)).toBe('remediated');
    expect(await effects()).toBe(before + 1);
    await e2e.line(incident, ({ once }) => once?.endsWith('.adopted') === true, 'it was not adopted');
  }, 60_000);
});

/** Resets to after the first completed workflow task, or to each in turn; waits for the runs that this makes. */
async function resetTo(incident: string, which: 'first' | 'each'): Promise<number> {
  const workflowId = `incident:${incident}`;
  const { runId } = await e2e.client.workflow.getHandle(workflowId).describe();
  const { events } = await e2e.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const points = (events ?? [])
    .filter((event) => event.workflowTaskCompletedEventAttributes)
    .map((event) => event.eventId ?? null);
  const chosen = which === 'first' ? points.slice(0, 1) : points;
  for (const workflowTaskFinishEventId of chosen) {
    const workflowExecution = { workflowId, runId };
    const { namespace } = e2e.stack.settings.temporal;
    const request = { namespace, workflowExecution, workflowTaskFinishEventId, reason: 'a drill', requestId: randomUUID() };
    const reset = await e2e.client.workflowService.resetWorkflowExecution(request);
    await e2e.client.workflow.getHandle(workflowId, reset.runId).result();
  }
  return chosen.length;
}

describe('whoever reaches Temporal causes no further effect', () => {
  let incident: string;
  let after: number;
  beforeAll(async () => {
    incident = await e2e.raise(alarm);
    expect(await e2e.ended(incident)).toBe('remediated');
    after = await effects();
  }, 90_000);

  it('reset at every point of a finished run', async () => {
    expect(await resetTo(incident, 'each')).toBeGreaterThan(4);
    expect(await effects()).toBe(after);
  }, 120_000);

  it('the finished run is delivered again after a terminate: nothing starts', async () => {
    const runs = await e2e.runs();
    await e2e.control('POST', 'pagerduty/resend', { incident: incident.split(':')[1], times: 3, newWebhookId: true });
    expect(await e2e.runs()).toBe(runs);
    expect(await effects()).toBe(after);
  });

  it('a forged workflow about the same incident', async () => {
    const forged = delivery(incident.split(':')[1] ?? '', { eventId: 'forged' });
    const handle = await e2e.client.workflow.start(incidentWorkflowType, {
      workflowId: `forged-${randomUUID()}`,
      taskQueue: queues.run,
      args: [{ delivery: forged }],
    });
    // Nor does anybody hear from it how the incident ended.
    await expect(handle.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('its own run says and nobody else') },
    });
    expect(await effects()).toBe(after);
  }, 60_000);

  it('a standalone wait under a key that nobody has begun records nothing', async () => {
    const call = e2e.client.activity.execute('aws.ssm.start-automation.wait', {
      id: randomUUID(),
      taskQueue: queues.effect,
      args: [{ incident, attemptKey: 'e'.repeat(64), ref: { executionId: 'forged' } }],
      startToCloseTimeout: '20s',
    });
    await expect(call).rejects.toThrow();
    expect((await e2e.stack.ledger.timeline(incident)).some(({ data }) => data?.['attemptKey'] === 'e'.repeat(64))).toBe(false);
  }, 60_000);

  it('a standalone activity call: no permit, no effect', async () => {
    const forged = { incident, attemptKey: 'f'.repeat(64), planHash: 'f', paramsHash: 'f', ruleHash: 'f', runbookHash: 'f' };
    const answer = await e2e.client.activity.execute<EffectStart>('aws.ssm.start-automation', {
      id: randomUUID(),
      taskQueue: queues.effect,
      args: [forged],
      startToCloseTimeout: '20s',
      retry: { maximumAttempts: 1 },
    });
    expect(answer).toMatchObject({ started: false, because: 'no permit' });
    expect(await effects()).toBe(after);
  }, 60_000);
});

describe('a vendor that says no', () => {
  it('refused by the vendor: no effect, and people have it', async () => {
    const before = await effects();
    await fault('403');
    const incident = await e2e.raise(alarm);
    expect(await e2e.ended(incident)).toBe('escalated');
    expect(await effects()).toBe(before);
  }, 90_000);
});

/** Cooldown to the least that the language takes, with the reason that it wants. */
function loosenForDrill(rulesDir: string): void {
  replaceIn(`${rulesDir}/opssentinel.yaml`, /cooldown: *\{.*\}/, 'cooldown: { default: 1s, limit: 1s }');
  replaceIn(
    `${rulesDir}/opssentinel.yaml`,
    /budget: *\{.*\}/,
    'budget: { default: 200/1h, limit: 200/1h, service: 200/1h, all: 200/1h }',
  );
}

function replaceIn(file: string, pattern: RegExp, by: string): void {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(pattern, by);
  if (before === after) throw new Error(`${file} has nothing like ${pattern}`);
  writeFileSync(file, after);
}
