import { z } from 'zod';
import { defineCheck } from '../../contract/check.js';
import type { McpClient } from '../client.js';
import { readDeployment } from '../targets/kubernetes-deployment.js';
import { refused } from '../words.js';

/** What `kubectl rollout status` waits for; a deployment of no pods is not well. */
export const rolledOut = defineCheck<McpClient>()({
  id: 'mcp.kubernetes.rolled-out',
  summary: 'The rollout of a deployment is complete and all of its pods are available.',
  permissions: ['mcp:tools/list', 'mcp:tools/call'],
  params: z.strictObject({}),
  read: async (call, _params, { name, facts: { server, namespace } }) => {
    if (typeof server !== 'string' || typeof namespace !== 'string') throw refused(`${name} is no deployment of an MCP server`);
    const found = await readDeployment(call, { server, namespace, name });
    if (!found) return { ok: false, says: `there is no deployment ${namespace}/${name}` };
    const { replicas, availableReplicas, rollingOut, stalled, paused } = found.facts;
    const pods = `${availableReplicas} of ${replicas} pods available`;
    if (stalled) return { ok: false, says: `${pods}, the rollout makes no progress` };
    if (paused) return { ok: false, says: `${pods}, the rollout is paused` };
    if (rollingOut) return { ok: false, says: `${pods}, the rollout is under way` };
    return { ok: replicas > 0 && availableReplicas >= replicas, says: `${pods}, the rollout is complete` };
  },
});
