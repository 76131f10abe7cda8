import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../run/server.js';
import { type E2e, openE2e } from './stage.js';

/** The drill's reboot, by EC2 itself: RebootInstances carries no key, and its answer is empty. */
const byEc2 = `
apiVersion: opssentinel.dev/v1
runbook: reboot-ec2-instance
description: Reboot one instance.
owner: platform
uses: aws.ec2.reboot-instance
target: aws.ec2.instance
with: {}
risk: disruptive
check: aws.ec2.status-checks-ok
undo: none
`;

let e2e: E2e;
beforeAll(async () => {
  // Slowly: a boot shows only while it lasts, and the next worker takes its time to come.
  e2e = await openE2e((rulesDir) => writeFileSync(join(rulesDir, 'runbooks/reboot-ec2-instance.yaml'), byEc2), 6);
}, 120_000);
afterAll(() => e2e.close(), 30_000);

const effects = () => e2e.sandbox.effects();
const timeline = (incident: string) => e2e.stack.ledger.timeline(incident);
const statusOf = async (incident: string) => {
  const { permits } = (await e2e.stack.ledger.evidence(incident)) as { permits: { status: string; armed: number }[] };
  expect(permits).toHaveLength(1);
  return permits[0];
};
const notes = async (incident: string) => {
  const path = `pagerduty/incidents/${incident.split(':')[1]}`;
  return (await e2e.control<{ notes: { content: string }[] }>('GET', path)).notes.map(({ content }) => content).join('\n');
};

/** The vendor has acted, its answer never comes, and the worker that waits for it dies. */
async function diesInIt(alarm: string, operation: string): Promise<{ incident: string; operations: string[] }> {
  const before = (await effects()).length;
  await e2e.control('POST', 'faults', { operation, kind: 'execute-then-timeout' });
  const incident = await e2e.raise(alarm);
  await until(async () => (await effects()).length > before, 'the vendor was never asked', 45_000);
  await e2e.stack.killWorker();
  expect((await timeline(incident)).some(({ once }) => once?.endsWith('.started'))).toBe(false);
  await e2e.stack.startWorker();
  await e2e.ended(incident);
  await e2e.line(incident, ({ once }) => once === 'report', 'nobody was told');
  return { incident, operations: (await effects()).slice(before).map((effect) => effect.operation) };
}

/** People have it, and read that it may have been done: what may have happened is never told as nothing. */
async function expectTold(incident: string, what: string): Promise<void> {
  const lines = await timeline(incident);
  expect(lines.filter(({ phase, state }) => phase === 'execute' && state === 'unknown')).toHaveLength(1);
  expect((await e2e.stack.ledger.incident(incident))?.outcome).toBe('escalated');
  const woken = lines.find(({ once }) => once === 'woken.report');
  expect(woken?.data?.['summary']).toMatch(new RegExp(`YOU ARE NEEDED.*${what} may or may not have run`));
  expect(await notes(incident)).toMatch(new RegExp(`Left +${what}: it may have run`));
}

describe('T5, I1: SIGKILL between what a vendor does and its answer, where nothing carries a key', () => {
  it('a function was invoked: nobody can tell, it is never invoked again, and whoever is paged reads that it may have run', async () => {
    const { incident, operations } = await diesInIt('ec2-cpu-high', 'lambda:Invoke');
    expect(operations).toEqual(['lambda:Invoke']);
    expect(await statusOf(incident)).toMatchObject({ status: 'unknown', armed: 1 });
    await expectTold(incident, 'restart-ec2-instance');
    expect(await e2e.violations()).toEqual([]);
  }, 120_000);

  it('an instance was asked to reboot: its boot is found, or nobody can tell; it is never asked again', async () => {
    const { incident, operations } = await diesInIt('ec2-status-check-failed', 'ec2:RebootInstances');
    expect(operations).toEqual(['ec2:RebootInstances']);
    const { status, armed } = (await statusOf(incident)) ?? {};
    expect(armed).toBe(1);
    expect(['succeeded', 'unknown']).toContain(status);
    // Its boot shows only while it lasts: whoever comes later cannot tell any more, and says so.
    const adopted = (await timeline(incident)).some(({ once }) => once?.endsWith('.adopted'));
    expect(adopted).toBe(status === 'succeeded');
    if (!adopted) await expectTold(incident, 'reboot-ec2-instance');
  }, 120_000);
});
