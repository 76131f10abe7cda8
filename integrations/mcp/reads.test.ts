import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { testCall } from '../contract/testkit/call.js';
import { startTestSandbox, type TestSandbox } from '../contract/testkit/sandbox.js';
import { rolledOut } from './checks/rolled-out.js';
import { toolSays } from './checks/tool-says.js';
import { deploymentIn } from './targets/deployment-object.js';
import { kubernetesDeployment } from './targets/kubernetes-deployment.js';
import { begin } from './testkit/given.js';
import { listing, result, type Rogue, startRogue, tool } from './testkit/rogue.js';
import { connectSandbox, connectServers, deployment, restartPin } from './testkit/samples.js';
import { toolHash } from './tool.js';

let sandbox: TestSandbox;
let rogue: Rogue;
beforeAll(async () => {
  // Slow enough that a rollout can be seen under way.
  sandbox = await startTestSandbox(0.2);
  rogue = await startRogue();
});
afterEach(async () => {
  await sandbox.reset();
  rogue.reset();
});
afterAll(async () => {
  await sandbox.close();
  await rogue.close();
});

const call = () => testCall(connectSandbox(sandbox.address));
const read = (name = 'checkout', namespace = 'shop') =>
  kubernetesDeployment.read(call(), { server: 'kubernetes', namespace, name });

/** The same deployment through a read that a server of ours gives. */
const over = (definition: object, data: unknown) => {
  rogue.on('tools/list', listing([definition]));
  rogue.on('tools/call', result({ content: [{ type: 'text', text: typeof data === 'string' ? data : JSON.stringify(data) }] }));
  const arguments_ = { namespace: { from: 'target.namespace' }, name: { from: 'target.name' } };
  const reads = { deployment: { tool: 'rollout_restart', sha256: toolHash(definition as typeof tool), arguments: arguments_ } };
  const client = connectServers({ kubernetes: { url: rogue.url, account: '111122223333', region: 'eu-west-1', reads } });
  return kubernetesDeployment.read(testCall(client), { server: 'kubernetes', namespace: 'shop', name: 'checkout' });
};
const minimal = { kind: 'Deployment', metadata: { name: 'checkout', namespace: 'shop' }, spec: {} };

describe('a deployment as target', () => {
  it("is named in the world, stands at its server's place, and is opted in by its own labels", async () => {
    expect(await read()).toMatchObject({
      id: 'kubernetes:111122223333:eu-west-1:kubernetes/shop/deployment/checkout',
      name: 'checkout',
      account: '111122223333',
      region: 'eu-west-1',
      tags: { opssentinel: 'allow' },
      facts: { server: 'kubernetes', namespace: 'shop', replicas: 3, availableReplicas: 3, rollingOut: false, restartedAt: '' },
    });
    expect((await read('cart'))?.tags).toEqual({ app: 'cart' });
    expect((await read('checkout', 'search'))?.id).not.toBe((await read())?.id);
  });

  it("stands at its server's place although the alert comes from elsewhere: deciding then refuses it", async () => {
    const elsewhere = testCall(connectSandbox(sandbox.address), { place: { account: '444455556666', region: 'eu-west-1' } });
    const found = await kubernetesDeployment.read(elsewhere, { server: 'kubernetes', namespace: 'shop', name: 'checkout' });
    expect(found?.account).toBe('111122223333');
  });

  it('that is not there is none', async () => {
    expect(await read('nowhere')).toBeUndefined();
  });

  it.each([
    ['another one than was asked for', { ...minimal, metadata: { name: 'cart', namespace: 'shop' } }],
    ['one of another namespace', { ...minimal, metadata: { name: 'checkout', namespace: 'search' } }],
    ['something else', { ...minimal, kind: 'StatefulSet' }],
    ['text', 'NAME READY\ncheckout 3/3'],
    ['a list of two texts', [minimal, minimal]],
  ])('is refused when the read gives %s', async (_what, data) => {
    await expect(over(tool, data)).rejects.toMatchObject({ fault: 'refused' });
  });

  it('is read by a tool that reads, and by the pinned one', async () => {
    expect(await over({ ...tool, annotations: { readOnlyHint: true } }, minimal)).toMatchObject({ facts: { replicas: 1 } });
    await expect(over({ ...tool, annotations: { readOnlyHint: false } }, minimal)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('does not only read'),
    });
    rogue.on('tools/list', listing([{ ...tool, description: 'Get a deployment, and its secrets' }]));
    const reads = { deployment: { tool: 'rollout_restart', sha256: toolHash(tool) } };
    const client = connectServers({ kubernetes: { url: rogue.url, account: '111122223333', region: 'eu-west-1', reads } });
    await expect(rolledOut.read(testCall(client), {}, deployment())).rejects.toMatchObject({ fault: 'refused' });
  });

  it('needs its server to name a place and a read', async () => {
    const bare = connectServers({ kubernetes: { url: rogue.url } });
    await expect(
      kubernetesDeployment.read(testCall(bare), { server: 'kubernetes', namespace: 'shop', name: 'checkout' }),
    ).rejects.toMatchObject({ fault: 'refused', message: expect.stringContaining('account and region') });
    await expect(rolledOut.read(testCall(bare), {}, deployment())).rejects.toMatchObject({ fault: 'absent' });
  });

  it.each([
    ['the controller has not seen it', { generation: 5 }, { observedGeneration: 4, replicas: 3, updatedReplicas: 3 }, true],
    ['not all are updated', { generation: 5 }, { observedGeneration: 5, replicas: 3, updatedReplicas: 1 }, true],
    ['old ones are left', { generation: 5 }, { observedGeneration: 5, replicas: 4, updatedReplicas: 3 }, true],
    ['it has rolled out and crashes', { generation: 5 }, { observedGeneration: 5, replicas: 3, updatedReplicas: 3 }, false],
  ])('rolls out or not: %s', (_what, metadata, status, rollingOut) => {
    const data = { kind: 'Deployment', metadata: { ...minimal.metadata, ...metadata }, spec: { replicas: 3 }, status };
    expect(deploymentIn(data)?.facts.rollingOut).toBe(rollingOut);
  });
});

describe('mcp.kubernetes.rolled-out', () => {
  const well = (target = deployment()) => rolledOut.read(call(), {}, target);

  it('follows a restart: unwell, under way, complete', async () => {
    await sandbox.tell('mcp', 'break', { namespace: 'shop', name: 'checkout' });
    expect(await well()).toEqual({ ok: false, says: '0 of 3 pods available, the rollout is complete' });
    await begin(connectSandbox(sandbox.address), { sha256: restartPin });
    expect(await well()).toEqual({ ok: false, says: '2 of 3 pods available, the rollout is under way' });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await well()).toEqual({ ok: true, says: '3 of 3 pods available, the rollout is complete' });
    expect((await read())?.facts['restartedAt']).toMatch(/^\d{4}-/);
  });

  it('is not well without the deployment, and cannot tell of anything else', async () => {
    expect(await well(deployment('nowhere'))).toEqual({ ok: false, says: 'there is no deployment shop/nowhere' });
    await expect(well({ ...deployment(), facts: {} })).rejects.toMatchObject({ fault: 'refused' });
  });
});

describe('mcp.tool-says', () => {
  const says = (params: object) =>
    toolSays.read(call(), toolSays.params.parse({ server: 'kubernetes', read: 'deployment', ...params }), deployment());

  it.each([
    [{ path: 'status.availableReplicas', equalsPath: 'spec.replicas' }, true],
    [{ path: 'status.availableReplicas', atLeast: 3 }, true],
    [{ path: 'status.availableReplicas', atLeast: 4 }, false],
    [{ path: 'metadata.labels.app', equals: 'checkout' }, true],
    [{ path: 'status.availableReplicas', equals: '3' }, false],
    [{ path: 'status.conditions.0.status', equals: 'True' }, true],
    [{ path: 'metadata.labels', equals: 'x' }, false],
    [{ path: 'nowhere', equals: 'x' }, false],
    [{ path: 'nowhere', equalsPath: 'nowhere.else' }, false],
    [{ path: 'constructor.name', equals: 'Object' }, false],
    [{ path: 'metadata.name', equalsPath: 'nowhere' }, false],
  ])('%j: %p', async (params, ok) => {
    expect((await says(params)).ok).toBe(ok);
  });

  it('takes exactly one comparison, and a path', () => {
    const parse = (params: object) => toolSays.params.safeParse({ server: 'kubernetes', read: 'deployment', ...params }).success;
    for (const params of [
      { path: 'a' },
      { path: 'a', equals: 1, atLeast: 1 },
      { path: 'a b', equals: 1 },
      { path: '', equals: 1 },
    ])
      expect(parse(params)).toBe(false);
  });
});
