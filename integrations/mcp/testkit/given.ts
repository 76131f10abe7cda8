import type { JsonObject } from '../../../domain/json.js';
import { testCall } from '../../contract/testkit/call.js';
import { callTool } from '../actions/call-tool.js';
import type { McpClient } from '../client.js';
import { toolPins } from '../pins.js';
import { deployment } from './samples.js';

export const key = 'a'.repeat(64);

/** The hash that a person would put into the runbook now. */
export async function pinOf(client: McpClient, tool = 'rollout_restart', server = 'kubernetes'): Promise<string> {
  const [only] = await toolPins.read(testCall(client), server, tool);
  return only?.sha256 ?? '';
}

export interface Use {
  sha256: string;
  tool?: string;
  server?: string;
  args?: JsonObject;
}

/** One use of the action as the effect worker makes it, its admission left out: parameters parsed, one start. */
export function begin(
  client: McpClient,
  { sha256, tool = 'rollout_restart', server = 'kubernetes', args }: Use,
  signal?: AbortSignal,
) {
  const params = callTool.params.parse({ server, tool, sha256, arguments: args ?? { namespace: 'shop', name: 'checkout' } });
  const attempt = { key, startBy: Date.now() + 60_000, preState: { server, tool, sha256 } };
  return callTool.start(testCall(client, signal ? { signal } : {}), params, attempt);
}

/** The same as admission asks it. */
export function admit(
  client: McpClient,
  { sha256, tool = 'rollout_restart', server = 'kubernetes', args }: Use,
  target = deployment(),
) {
  const params = callTool.params.parse({ server, tool, sha256, arguments: args ?? { namespace: 'shop', name: 'checkout' } });
  return callTool.preState(testCall(client, { place: { account: target.account, region: target.region } }), params, target);
}
