import type { Target } from '../../../domain/target.js';
import type { VendorSamples } from '../../contract/testkit/sample.js';
import { callTool } from '../actions/call-tool.js';
import { rolledOut } from '../checks/rolled-out.js';
import { toolSays } from '../checks/tool-says.js';
import { connectMcp, type McpClient } from '../client.js';
import { type McpConfig, mcpConfig } from '../config.js';
import { kubernetesDeployment } from '../targets/kubernetes-deployment.js';

/** As `opssentinel mcp pin kubernetes rollout_restart` prints it for the simulator: written down, so that a change of either hash shows. */
export const restartPin = '1b8f48f623120d73adb79ab51e0ea58cb996c7ef5712eb2737b0355687e31bdb';
export const readPin = '5237e68f4ece5150a2177795981a58d7eb1f4c3f342ef31db15dce33fc9ed3a9';

export const server = (address: string, over: object = {}): object => ({
  url: `${address}/mcp/kubernetes`,
  token: 'sandbox-mcp-token',
  account: '111122223333',
  region: 'eu-west-1',
  reads: {
    deployment: {
      tool: 'get_deployment',
      sha256: readPin,
      arguments: { namespace: { from: 'target.namespace' }, name: { from: 'target.name' } },
    },
  },
  ...over,
});

/** Connects to these servers, with deadlines that a test can wait for. */
export function connectServers(servers: Record<string, object>, deadlines = { read: 700, run: 700 }): McpClient {
  const config = mcpConfig.parse({ MCP_SERVERS: JSON.stringify(servers) });
  if (!config) throw new Error('No server is configured');
  return connectMcp(config, deadlines);
}

export const connectSandbox = (address: string): McpClient => connectServers({ kubernetes: server(address) });

export const deployment = (name = 'checkout', namespace = 'shop'): Target => ({
  type: 'mcp.kubernetes.deployment',
  id: `kubernetes:111122223333:eu-west-1:kubernetes/${namespace}/deployment/${name}`,
  name,
  account: '111122223333',
  region: 'eu-west-1',
  environment: 'staging',
  tags: { opssentinel: 'allow' },
  facts: { server: 'kubernetes', namespace },
  readAt: '2026-09-30T08:14:02.000Z',
});

export const restart = (name = 'checkout', namespace = 'shop') => ({
  server: 'kubernetes',
  tool: 'rollout_restart',
  sha256: restartPin,
  arguments: { namespace, name },
});

const get = 'tools/call get_deployment';
const selector = { server: 'kubernetes', namespace: 'shop', name: 'checkout' };
const says = toolSays.params.parse({ server: 'kubernetes', read: 'deployment', path: 'metadata.name', equals: 'checkout' });

/** One use of everything of this integration that makes a call. */
export const samples: VendorSamples<McpConfig, McpClient> = {
  connect: (config, deadlineMs) => connectMcp(config, { read: deadlineMs, run: deadlineMs }),
  actions: [
    {
      action: callTool,
      connect: connectSandbox,
      params: restart(),
      target: deployment(),
      operation: 'tools/call rollout_restart',
    },
  ],
  reads: [
    { of: 'mcp.kubernetes.deployment', operation: get, run: (call) => kubernetesDeployment.read(call, selector) },
    { of: 'mcp.kubernetes.rolled-out', operation: get, run: (call) => rolledOut.read(call, {}, deployment()) },
    { of: 'mcp.tool-says', operation: get, run: (call) => toolSays.read(call, says, deployment()) },
  ],
};
