import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../../../domain/json.js';
import type { SandboxWorld } from '../../contract/simulator.js';
import type { Cluster } from './cluster.js';

/** What the server is told to do next, by `POST /_sandbox/mcp/behave`. */
export interface Behaviour {
  /** Which revisions of the protocol it speaks. */
  era: 'both' | '2025' | '2026';
  /** In place of the description of `rollout_restart`: what a server does that has turned. */
  description?: string | undefined;
  /** `fails`: the tool answers with isError. `asks`: it wants a person's input first. */
  outcome: 'runs' | 'fails' | 'asks';
  /** Another text in the tool's answer. */
  says?: string | undefined;
}

type Tool = JsonObject & { name: string };

const named = (what: string): JsonObject => ({ type: 'string', description: what });
const where = { namespace: { ...named('Namespace'), 'x-mcp-header': 'Namespace' }, name: named('Name of the deployment') };

/** As tools/list gives them, in an order that never changes (contracts 7). */
export const toolsOf = ({ description }: Behaviour): Tool[] => [
  {
    name: 'get_deployment',
    description: 'Get one deployment as JSON',
    inputSchema: { type: 'object', properties: where, required: ['namespace', 'name'], additionalProperties: false },
    annotations: { readOnlyHint: true },
  },
  {
    name: 'list_deployments',
    description: 'List the names of the deployments of a namespace',
    inputSchema: { type: 'object', properties: { namespace: named('Namespace') }, required: ['namespace'] },
    annotations: { readOnlyHint: true },
  },
  {
    name: 'rollout_restart',
    description: description ?? 'Restart a deployment, as kubectl rollout restart does',
    inputSchema: { type: 'object', properties: where, required: ['namespace', 'name'], additionalProperties: false },
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  },
];

/** What a runbook pins: over the members that say what a tool does. */
export function sha256Of({ name, description, inputSchema, annotations }: Tool): string {
  return createHash('sha256').update(canonicalJson({ name, description, inputSchema, annotations })).digest('hex');
}

export const text = (words: string, isError = false): JsonObject => ({ content: [{ type: 'text', text: words }], isError });

/** Carries it out; `undefined`: there is no such tool. */
export function callTool(
  world: SandboxWorld,
  cluster: Cluster,
  { outcome, says }: Behaviour,
  { name, args, meta }: { name: string; args: JsonObject; meta: JsonObject },
): JsonObject | undefined {
  const namespace = String(args['namespace']);
  const deployment = String(args['name']);
  const missing = text(`Error from server (NotFound): deployments.apps "${deployment}" not found`, true);
  if (name === 'get_deployment') {
    const view = cluster.view(namespace, deployment);
    return view ? text(JSON.stringify(view, null, 2)) : missing;
  }
  if (name === 'list_deployments') return text(cluster.names(namespace).join('\n'));
  if (name !== 'rollout_restart') return undefined;
  const failed = outcome === 'fails' || !cluster.restart(namespace, deployment);
  world.effect({
    vendor: 'mcp',
    operation: 'tools/call rollout_restart',
    target: deployment,
    key: typeof meta['opssentinel/key'] === 'string' ? meta['opssentinel/key'] : '',
    outcome: failed ? `failed in ${namespace}` : `restarted in ${namespace}`,
  });
  if (!failed) return text(says ?? `deployment.apps/${deployment} restarted`);
  return outcome === 'fails' ? text(says ?? 'error: the API server does not answer', true) : missing;
}
