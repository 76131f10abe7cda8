import { defineIntegration } from '../contract/integration.js';
import { callTool } from './actions/call-tool.js';
import { rolledOut } from './checks/rolled-out.js';
import { toolSays } from './checks/tool-says.js';
import { connectMcp, type McpClient } from './client.js';
import { type McpConfig, mcpConfig, mcpVariables } from './config.js';
import { toolPins } from './pins.js';
import { kubernetesDeployment } from './targets/kubernetes-deployment.js';

export const mcp = defineIntegration<McpConfig, McpClient>({
  id: 'mcp',
  summary: 'MCP servers: their tools as actions and checks, pinned by definition; deployments of Kubernetes through one of them.',
  config: mcpConfig,
  connect: (config) => connectMcp(config),
  variables: mcpVariables,
  connectBy: 'MCP_SERVERS',
  targets: [kubernetesDeployment],
  actions: [callTool],
  checks: [rolledOut, toolSays],
  pins: toolPins,
});
