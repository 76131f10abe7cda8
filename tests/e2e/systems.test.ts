import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../run/server.js';
import { type E2e, openE2e } from './stage.js';

/** Rules for what reaches us by other ways than PagerDuty, and for what does not help. */
const more = `
apiVersion: opssentinel.dev/v1
rule: latency-high
owner: team-checkout
when:
  - alert.name == "High latency"
target: { name: checkout-web }
run: scale-out
with: { by: 1, max: 12 }
verify: { check: aws.autoscaling.in-service }
mode: { prod: auto }
guards: { firingFor: 0s, cooldown: 10m, because: a test }
`;

let e2e: E2e;
beforeAll(async () => {
  e2e = await openE2e((rulesDir) => {
    writeFileSync(join(rulesDir, 'latency-high.yaml'), more);
    const policy = join(rulesDir, 'opssentinel.yaml');
    writeFileSync(
      policy,
      readFileSync(policy, 'utf8').replace(
        '    pagerduty: [PSVC002, PSVC003]',
        '    pagerduty: [PSVC002, PSVC003]\n    labels: { env: prod }',
      ),
    );
    const scaleOut = join(rulesDir, 'runbooks/scale-out.yaml');
    writeFileSync(scaleOut, readFileSync(scaleOut, 'utf8').replace('giveBack: 2h', 'giveBack: 1s'));
  });
}, 120_000);
afterAll(() => e2e.close(), 30_000);
afterEach(async () => {
  expect(await e2e.violations()).toEqual([]);
});

const effectsOf = async () => (await e2e.sandbox.effects()).length;
const operations = async (from: number) => (await e2e.sandbox.effects()).slice(from).map(({ operation }) => operation);

/** Whatever a way in brings: the newest incident of that source. */
async function newest(source: string, known: readonly string[]): Promise<string> {
  let found: string | undefined;
  await until(
    async () =>
      (found = (await e2e.stack.ledger.incidents(1000))
        .map(({ id }) => id)
        .find((id) => id.startsWith(`${source}:`) && !known.includes(id))) !== undefined,
    `nothing came from ${source}`,
    20_000,
  );
  return found as string;
}
const idsNow = async () => (await e2e.stack.ledger.incidents(1000)).map(({ id }) => id);

describe('the four use cases, from webhook to verified result', () => {
  it('M6: an EC2 CPU spike is answered by a Lambda function of ours', async () => {
    const before = await effectsOf();
    expect(await e2e.ended(await e2e.raise('ec2-cpu-high'))).toBe('remediated');
    expect(await operations(before)).toEqual(['lambda:Invoke']);
  });

  it('M7: an ECS service that crashed is redeployed by an SSM runbook', async () => {
    const before = await effectsOf();
    expect(await e2e.ended(await e2e.raise('ecs-service-down'))).toBe('remediated');
    expect(await operations(before)).toEqual(['ssm:StartAutomationExecution']);
  });

  it('M8: a disk over 80 % is cleaned; what does not help is followed by the next step', async () => {
    const before = await effectsOf();
    expect(await e2e.ended(await e2e.raise('disk-usage-high'))).toBe('remediated');
    expect(await operations(before)).toEqual(['ssm:SendCommand', 'ssm:SendCommand']);
  });

  it('M9: a PagerDuty incident scales an Auto Scaling group once somebody on call says so, and it is given back', async () => {
    const before = await effectsOf();
    const incident = await e2e.raise('service-overload');
    const asked = await e2e.line(incident, ({ phase, state }) => phase === 'approval' && state === 'waiting', 'nobody was asked');
    expect(await e2e.api.approver.approve(incident, { planHash: String(asked.data?.['planHash']) })).toMatchObject({
      accepted: true,
    });
    expect(await e2e.ended(incident)).toBe('remediated');
    await e2e.line(incident, ({ once }) => once === 'gaveBack', 'it was not given back');
    const done = (await e2e.sandbox.effects()).slice(before);
    expect(done.map(({ operation }) => operation)).toEqual(['autoscaling:SetDesiredCapacity', 'autoscaling:SetDesiredCapacity']);
    expect(done.map(({ outcome }) => outcome)).toEqual([expect.stringContaining('6'), expect.stringContaining('4')]);
  });

  it('M20: every call to AWS was made as the role of its account, in a session that names its incident', async () => {
    const { events } = await e2e.control<{ events: { operation: string; role: string; session: string; incident: string }[] }>(
      'GET',
      'aws/trail',
    );
    // Whoever follows the ledger writes logs and metrics as ourselves; everything else is some incident's.
    const theirs = events.filter(({ operation }) => !/^(sts|logs):|:PutMetricData$/.test(operation));
    expect(theirs.length).toBeGreaterThan(20);
    for (const { operation, role, session, incident } of theirs) {
      const writes = !/:(Describe|Get|List)/.test(operation);
      expect({ operation, role }).toEqual({
        operation,
        role: writes ? 'OpsSentinelAct' : expect.stringMatching(/^OpsSentinel(Read|Act)$/),
      });
      expect(incident).toMatch(/^pagerduty:Q0SBX\d+$/);
      expect(session).toBe(`os-${incident.replace(':', '=')}`);
    }
  });
});

describe('ways in', () => {
  it('M3: one alarm that comes by SNS and by PagerDuty is one incident and one effect', async () => {
    const before = await effectsOf();
    const known = await idsNow();
    await e2e.control('POST', 'aws/sns', { deliver: true });
    const incident = await e2e.raise('ec2-status-check-failed');
    const [bySns, byPagerDuty] = [await newest('cloudwatch', known), await newest('pagerduty', known)];
    const ends = [await e2e.ended(bySns), await e2e.ended(byPagerDuty)].sort();
    expect(ends).toEqual(['joined', 'remediated']);
    expect([bySns, byPagerDuty]).toContain(incident);
    expect((await effectsOf()) - before).toBe(1);
    await e2e.control('POST', 'aws/sns', { deliver: false });
  });

  it('M3: a Grafana alert, signed, starts the same workflow', async () => {
    const before = await effectsOf();
    const known = await idsNow();
    const labels = { alertname: 'High latency', env: 'prod' };
    await e2e.control('POST', 'grafana/alerts', { alerts: [{ labels, status: 'firing' }] });
    const incident = await newest('grafana', known);
    expect(await e2e.ended(incident)).toBe('remediated');
    expect((await operations(before))[0]).toBe('autoscaling:SetDesiredCapacity');
  });
});
