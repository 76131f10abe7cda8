import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { catalogueOf } from '../../integrations/catalogue.js';
import { createRegistry } from '../../integrations/registry.js';
import { loadRules } from '../../rules/language/load.js';
import { problemText } from '../../rules/language/problem.js';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

async function library() {
  const loaded = await loadRules('rules/library', catalogueOf(createRegistry({}).registry), hash);
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  return loaded.set;
}

describe('the shipped rules', () => {
  it('load with everything that is installed', async () => {
    const { rules, runbooks, policy } = await library();
    expect(rules.map(({ name }) => name)).toEqual(['ec2-cpu-high', 'ec2-memory-high', 'ec2-status-check-failed']);
    expect([...runbooks.keys()]).toEqual(['reboot-ec2-instance', 'restart-ec2-instance', 'restart-service']);
    expect(policy.doc.profile).toBe('sandbox');
  });

  it('pin the content of the documents that are shipped', async () => {
    for (const { doc } of (await library()).runbooks.values()) {
      const content = readFileSync(`integrations/aws/documents/${String(doc.with['document'])}.yaml`, 'utf8');
      expect({ runbook: doc.runbook, sha256: doc.with['sha256'] }).toEqual({ runbook: doc.runbook, sha256: hash(content) });
    }
  });
});
