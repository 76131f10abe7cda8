import type { CallWith } from '../../contract/call.js';
import type { TargetDefinition } from '../../contract/check.js';
import { VendorError } from '../../contract/errors.js';
import type { McpClient } from '../client.js';
import { readWith } from '../reads.js';
import { refused } from '../words.js';
import { type Deployment, deploymentFacts, deploymentIn } from './deployment-object.js';

/** The read of MCP_SERVERS that gives a deployment. */
const readName = 'deployment';

/** RFC 1123 label, as namespaces have it. */
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** RFC 1123 subdomain, as deployments have it. */
const subdomain = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

export const kubernetesDeployment: TargetDefinition<McpClient> = {
  type: 'mcp.kubernetes.deployment',
  summary: 'One Kubernetes deployment, as the pinned read of its MCP server gives it.',
  permissions: ['mcp:tools/list', 'mcp:tools/call'],
  select: { server: /^[a-z][a-z0-9-]{0,31}$/, namespace: label, name: subdomain },
  facts: deploymentFacts,
  read: async (call, { server = '', namespace = '', name = '' }) => {
    // The place is the server's own, so that an alert of one environment never reaches the cluster of another.
    const place = call.client.place(server);
    if (!place) throw refused(`the server ${server} names no account and region in MCP_SERVERS; add them`);
    const found = await readDeployment(call, { server, namespace, name });
    if (!found) return undefined;
    return {
      type: 'mcp.kubernetes.deployment',
      id: `kubernetes:${place.account}:${place.region}:${server}/${namespace}/deployment/${name}`,
      name,
      ...place,
      // What opts a deployment in stands at the deployment itself.
      tags: found.labels,
      facts: deploymentFacts.parse({ server, ...found.facts }),
      readAt: new Date(call.now()).toISOString(),
    };
  },
};

/** `undefined`: there is none. Throws VendorError, also where the answer is of something else than was asked for. */
export async function readDeployment(
  call: CallWith<McpClient>,
  { server, namespace, name }: { server: string; namespace: string; name: string },
): Promise<Deployment | undefined> {
  const { failed, says, data } = await readWith(call, { server, read: readName }, { name, namespace });
  // The API server's own words for it, which servers hand on: `deployments.apps "web" not found`.
  if (failed && /\bnot ?found\b/i.test(says)) return undefined;
  if (failed) throw new VendorError('mcp', 'unavailable', `the read ${readName} of ${server} failed; it says: ${says}`);
  const found = deploymentIn(data);
  if (!found) throw refused(`the read ${readName} of ${server} gives no Deployment as JSON; name a tool that does in its reads`);
  if (found.name !== name || found.namespace !== namespace)
    throw refused(
      `the read ${readName} of ${server} gives ${found.namespace}/${found.name}, and ${namespace}/${name} was asked for`,
    );
  return found;
}
