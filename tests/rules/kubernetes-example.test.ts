import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matchAndAim, planFor } from '../../decide/decide.js';
import { catalogueOf } from '../../integrations/catalogue.js';
import { testCall } from '../../integrations/contract/testkit/call.js';
import { startTestSandbox, type TestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { mcpConfig } from '../../integrations/mcp/config.js';
import { createRegistry } from '../../integrations/registry.js';
import { loadRules } from '../../rules/language/load.js';
import { problemText } from '../../rules/language/problem.js';
import { root } from '../support/root.js';
import { alert, hash, incident, witness } from '../support/rules.js';

const example = join(root, 'integrations/mcp/examples/kubernetes');

let sandbox: TestSandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await startTestSandbox();
  folder = await mkdtemp(join(tmpdir(), 'opssentinel-kubernetes-'));
  await cp(join(root, 'rules/library'), folder, { recursive: true });
  await cp(example, join(folder, 'kubernetes'), { recursive: true, filter: (path) => !path.endsWith('.json') });
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the shipped example of a Kubernetes MCP server', () => {
  it('has servers that are understood, but for the token that is left out', async () => {
    const text = await readFile(join(example, 'servers.json'), 'utf8');
    expect(mcpConfig.safeParse({ MCP_SERVERS: text }).error?.issues.map(({ message }) => message)).toEqual([
      'kubernetes.token holds a space or a character that no token has',
    ]);
    const servers = mcpConfig.parse({ MCP_SERVERS: text.replace('…', 'hidden') });
    const simulated = mcpConfig.parse(sandbox.environment());
    expect(servers?.get('kubernetes')?.reads).toEqual(simulated?.get('kubernetes')?.reads);
  });

  it('M22: asks a person to restart the deployment of the alert, and restarts that one alone', async () => {
    const { registry } = createRegistry(sandbox.environment());
    const catalogue = catalogueOf(registry);
    const loaded = await loadRules(folder, catalogue, hash);
    if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
    await sandbox.tell('mcp', 'break', { namespace: 'shop', name: 'checkout' });

    const labels = { namespace: 'shop', deployment: 'checkout' };
    const seen = {
      set: loaded.set,
      catalogue,
      incident: incident({ service: { id: 'PSVC001', name: 'web' } }),
      alert: alert({
        name: 'KubeDeploymentReplicasMismatch',
        namespace: '',
        metric: '',
        labels,
        account: '111122223333',
        region: 'eu-west-1',
      }),
      witness: witness({ labels }),
    };
    const aimed = matchAndAim(seen);
    expect(aimed.chosen?.selector).toEqual({ server: 'kubernetes', namespace: 'shop', name: 'checkout' });
    const type = registry.targets.get('mcp.kubernetes.deployment');
    const call = testCall(undefined, { place: { account: '111122223333', region: 'eu-west-1' } });
    const read = await type?.read(type.with(call), aimed.chosen?.selector ?? {});
    const decision = planFor({
      ...seen,
      ...aimed,
      hash,
      target: read && { ...read, environment: aimed.chosen?.environment ?? '' },
      corroborable: true,
    });
    if (!('plan' in decision)) throw new Error(decision.because);
    expect(decision).toMatchObject({ concluded: 'ask' });
    const [step] = decision.plan.steps;
    expect(step).toMatchObject({
      action: 'mcp.call-tool',
      params: { server: 'kubernetes', tool: 'rollout_restart', arguments: { namespace: 'shop', name: 'checkout' } },
    });

    const action = registry.actions.get('mcp.call-tool');
    const params = action?.params.parse(step?.params) as object;
    const preState = (await action?.preState(action.with(call), params, decision.plan.target)) ?? {};
    await action?.start(action.with(call), params, { key: 'b'.repeat(64), startBy: Date.now() + 60_000, preState });
    expect(await sandbox.effects()).toEqual([
      expect.objectContaining({ vendor: 'mcp', target: 'checkout', outcome: 'restarted in shop', key: 'b'.repeat(64) }),
    ]);
  });
});
