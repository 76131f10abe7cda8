import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { matchAndAim, planFor } from '../../decide/decide.js';
import { catalogueOf } from '../../integrations/catalogue.js';
import { createRegistry } from '../../integrations/registry.js';
import { loadRules } from '../../rules/language/load.js';
import { problemText } from '../../rules/language/problem.js';
import type { JsonObject } from '../../domain/json.js';
import type { SandboxAlarm } from '../../integrations/contract/simulator.js';
import type { RuleSet } from '../../rules/language/set.js';
import { alarms } from '../../sandbox/alarms.js';
import { root } from '../support/root.js';
import { alert, hash, incident, target, witness } from '../support/rules.js';

const catalogue = catalogueOf(createRegistry({}).registry);

async function load(dir = join(root, 'rules/library')) {
  const loaded = await loadRules(dir, catalogue, hash);
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  return loaded.set;
}

/** What is seen of a shipped alarm: through PagerDuty, with CloudWatch as its witness; or a bare incident. */
function seenOf(set: RuleSet, alarm: SandboxAlarm) {
  const labels = { ...alarm.dimensions };
  const { account: _account, region: _region, namespace: _namespace, metric: _metric, ...plain } = alert();
  const { title } = alarm;
  const { name, namespace, metric, threshold, account, region, service } = alarm;
  return {
    set,
    catalogue,
    incident: incident({ service, ...(title === undefined ? {} : { title }) }),
    alert:
      title === undefined
        ? alert({ name, namespace, metric, threshold, labels, account, region })
        : { ...plain, source: 'pagerduty', name: title, labels: {} },
    witness: witness(title === undefined ? { labels } : {}),
  };
}

/** One of each type, as it is when its alarm goes off. */
const factsOf: Readonly<Record<string, JsonObject>> = {
  'aws.ec2.instance': {
    state: 'running',
    instanceType: 't3.small',
    autoScalingGroup: '',
    ssmPing: 'Online',
    launchTime: '',
    statusChecks: 'ok',
  },
  'aws.ecs.service': { cluster: 'prod', runningCount: 1, desiredCount: 3, deployments: [{ rolloutState: 'COMPLETED' }] },
  'aws.autoscaling.group': {
    desiredCapacity: 4,
    minSize: 2,
    maxSize: 12,
    inService: 4,
    instances: 4,
    activityInProgress: false,
    suspendedProcesses: [],
  },
};

const targetOf = (type: string, name: string, change: { account: string; environment: string }) =>
  target({ type, id: `arn:${name}`, name, facts: factsOf[type] ?? {}, ...change });

describe('the shipped rules', () => {
  it('load with everything that is installed', async () => {
    const { rules, runbooks, policy } = await load();
    expect(rules.map(({ name }) => name)).toEqual([
      'disk-usage-high',
      'ec2-cpu-high',
      'ec2-memory-high',
      'ec2-status-check-failed',
      'ecs-service-down',
      'service-overload',
    ]);
    expect([...runbooks.keys()].sort()).toEqual([
      'clean-temp-files',
      'reboot-ec2-instance',
      'redeploy-ecs-service',
      'restart-ec2-instance',
      'restart-service',
      'rotate-logs',
      'scale-out',
    ]);
    expect(policy.doc.profile).toBe('sandbox');
  });

  it('pin the content of the documents that are shipped', async () => {
    for (const { doc } of (await load()).runbooks.values()) {
      if (doc.with['document'] === undefined) continue;
      const content = await readFile(join(root, `integrations/aws/documents/${String(doc.with['document'])}.yaml`), 'utf8');
      expect({ runbook: doc.runbook, sha256: doc.with['sha256'] }).toEqual({ runbook: doc.runbook, sha256: hash(content) });
    }
  });

  it('answer each alarm of the sandbox with one plan', async () => {
    const set = await load();
    const concluded = alarms
      .filter(({ silent }) => !silent)
      .map((alarm) => {
        const seen = seenOf(set, alarm);
        const aimed = matchAndAim(seen);
        const read = targetOf(aimed.chosen?.targetType ?? '', Object.values(aimed.chosen?.selector ?? {}).at(-1) ?? '', {
          account: alarm.account,
          environment: aimed.chosen?.environment ?? '',
        });
        const decision = planFor({ ...seen, ...aimed, hash, target: read, corroborable: true });
        const plan = 'plan' in decision ? decision.plan.steps.map(({ says }) => says).join(', then ') : decision.because;
        return [alarm.name, decision.concluded, plan];
      });
    expect(concluded).toEqual([
      ['ec2-cpu-high', 'act', expect.stringContaining('Lambda ops-restart-instance version 12')],
      ['ec2-cpu-high-prod', 'ask', expect.stringContaining('Lambda ops-restart-instance version 7')],
      ['ec2-status-check-failed', 'act', 'SSM Automation OpsSentinel-RebootInstance version 7'],
      ['ec2-memory-high', 'act', expect.stringMatching(/^SSM Automation OpsSentinel-RestartService version 7, then Lambda /)],
      ['ecs-service-down', 'act', 'SSM Automation OpsSentinel-RedeployService version 7'],
      [
        'disk-usage-high',
        'act',
        expect.stringMatching(/OpsSentinel-CleanTempFiles version 7.*, then .*OpsSentinel-RotateLogs version 7/),
      ],
      ['service-overload', 'ask', expect.stringContaining('checkout-web 4 -> 6 (limit 12)')],
    ]);
  });

  it('load beside the example of their README', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'opssentinel-library-'));
    try {
      await cp(join(root, 'rules/library'), folder, { recursive: true });
      const examples = [...(await readFile(join(root, 'rules/README.md'), 'utf8')).matchAll(/```yaml\n([\s\S]*?)```/g)]
        .map(([, text = '']) => text)
        // Cases are played in cli/cases/library.test.ts.
        .filter((text) => !text.includes('\ncases:'));
      await writeFile(join(folder, 'examples.yaml'), examples.join('\n---\n'));
      expect((await load(folder)).rules.map(({ name }) => name)).toContain('ec2-cpu-busy');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
