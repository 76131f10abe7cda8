import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { matchAndAim, planFor } from '../../decide/decide.js';
import { catalogueOf } from '../../integrations/catalogue.js';
import { createRegistry } from '../../integrations/registry.js';
import { loadRules } from '../../rules/language/load.js';
import { problemText } from '../../rules/language/problem.js';
import { alarms } from '../../sandbox/alarms.js';
import { root } from '../support/root.js';
import { alert, hash, incident, target, witness } from '../support/rules.js';

const catalogue = catalogueOf(createRegistry({}).registry);

async function load(dir = join(root, 'rules/library')) {
  const loaded = await loadRules(dir, catalogue, hash);
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  return loaded.set;
}

describe('the shipped rules', () => {
  it('load with everything that is installed', async () => {
    const { rules, runbooks, policy } = await load();
    expect(rules.map(({ name }) => name)).toEqual(['ec2-cpu-high', 'ec2-memory-high', 'ec2-status-check-failed']);
    expect([...runbooks.keys()]).toEqual(['reboot-ec2-instance', 'restart-ec2-instance', 'restart-service']);
    expect(policy.doc.profile).toBe('sandbox');
  });

  it('pin the content of the documents that are shipped', async () => {
    for (const { doc } of (await load()).runbooks.values()) {
      const content = await readFile(join(root, `integrations/aws/documents/${String(doc.with['document'])}.yaml`), 'utf8');
      expect({ runbook: doc.runbook, sha256: doc.with['sha256'] }).toEqual({ runbook: doc.runbook, sha256: hash(content) });
    }
  });

  it('answer each alarm of the sandbox with one plan', async () => {
    const set = await load();
    const concluded = alarms.map((alarm) => {
      const labels = { ...alarm.dimensions };
      const id = labels['InstanceId'] ?? '';
      const seen = {
        set,
        catalogue,
        incident: incident({ service: alarm.service }),
        alert: alert({
          name: alarm.name,
          namespace: alarm.namespace,
          metric: alarm.metric,
          threshold: alarm.threshold,
          labels,
          account: alarm.account,
          region: alarm.region,
        }),
        witness: witness({ labels }),
      };
      const aimed = matchAndAim(seen);
      const facts = {
        state: 'running',
        instanceType: 't3.small',
        autoScalingGroup: '',
        ssmPing: 'Online',
        launchTime: '',
        statusChecks: 'ok',
      };
      const read = target({
        type: 'aws.ec2.instance',
        id: `arn:${id}`,
        name: id,
        account: alarm.account,
        environment: aimed.chosen?.environment ?? '',
        facts,
      });
      const decision = planFor({ ...seen, ...aimed, hash, target: read, corroborable: true });
      return [
        alarm.name,
        decision.concluded,
        'plan' in decision
          ? decision.plan.steps.map(({ params }) => [params['document'], params['parameters']])
          : decision.because,
      ];
    });
    expect(concluded).toEqual([
      ['ec2-cpu-high', 'act', [['OpsSentinel-RestartInstance', { InstanceId: 'i-0aa11bb22cc33dd44' }]]],
      ['ec2-cpu-high-prod', 'ask', [['OpsSentinel-RestartInstance', { InstanceId: 'i-0cc33dd44ee55ff66' }]]],
      ['ec2-status-check-failed', 'act', [['OpsSentinel-RebootInstance', { InstanceId: 'i-0dd44ee55ff66aa77' }]]],
      [
        'ec2-memory-high',
        'act',
        [
          ['OpsSentinel-RestartService', { InstanceId: 'i-0bb22cc33dd44ee55', Service: 'web' }],
          ['OpsSentinel-RestartInstance', { InstanceId: 'i-0bb22cc33dd44ee55' }],
        ],
      ],
    ]);
  });

  it('load beside the example of their README', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'opssentinel-library-'));
    try {
      await cp(join(root, 'rules/library'), folder, { recursive: true });
      const examples = [...(await readFile(join(root, 'rules/README.md'), 'utf8')).matchAll(/```yaml\n([\s\S]*?)```/g)].map(
        ([, text]) => text,
      );
      await writeFile(join(folder, 'examples.yaml'), examples.join('\n---\n'));
      expect((await load(folder)).rules.map(({ name }) => name)).toContain('ec2-cpu-busy');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
