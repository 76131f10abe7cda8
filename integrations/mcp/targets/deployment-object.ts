import { z } from 'zod';

const count = z.int().min(0);
const texts = z.record(z.string(), z.string());

/** A Deployment of apps/v1 as the Kubernetes API gives it: the fields that are used. Zero counts are left out there. */
const deployment = z.object({
  kind: z.literal('Deployment'),
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    generation: z.int().default(0),
    labels: texts.nullish(),
  }),
  spec: z.object({
    replicas: count.default(1),
    paused: z.boolean().default(false),
    template: z.object({ metadata: z.object({ annotations: texts.nullish() }).nullish() }).nullish(),
  }),
  status: z
    .object({
      observedGeneration: z.int().default(0),
      replicas: count.default(0),
      updatedReplicas: count.default(0),
      readyReplicas: count.default(0),
      availableReplicas: count.default(0),
      conditions: z.array(z.object({ type: z.string(), status: z.string(), reason: z.string().optional() })).nullish(),
    })
    .prefault({}),
});

/** What rules and runbooks may read of a deployment, as `target.<fact>`. */
export const deploymentFacts = z.object({
  server: z.string().describe('the server in MCP_SERVERS that it was read of'),
  namespace: z.string(),
  replicas: z.int().describe('wanted'),
  readyReplicas: z.int(),
  availableReplicas: z.int(),
  updatedReplicas: z.int(),
  rollingOut: z.boolean().describe('whether a rollout is under way'),
  stalled: z.boolean().describe('whether Kubernetes says that the rollout makes no progress'),
  paused: z.boolean(),
  restartedAt: z.string().describe('when it was restarted last, as kubectl wrote it; "" when never'),
});
export type DeploymentFacts = z.infer<typeof deploymentFacts>;

export interface Deployment {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  facts: Omit<DeploymentFacts, 'server'>;
}

/** `undefined`: this is no Deployment. */
export function deploymentIn(data: unknown): Deployment | undefined {
  const parsed = deployment.safeParse(data);
  if (!parsed.success) return undefined;
  const { metadata, spec, status } = parsed.data;
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    labels: metadata.labels ?? {},
    facts: {
      namespace: metadata.namespace,
      replicas: spec.replicas,
      readyReplicas: status.readyReplicas,
      availableReplicas: status.availableReplicas,
      updatedReplicas: status.updatedReplicas,
      // The questions of `kubectl rollout status` but the last: seen by the controller, all updated, the old ones gone. Whether the new
      // ones are available is another matter: a deployment that crashes has rolled out.
      rollingOut:
        status.observedGeneration < metadata.generation ||
        status.updatedReplicas < spec.replicas ||
        status.replicas > status.updatedReplicas,
      stalled: (status.conditions ?? []).some(
        ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
      ),
      paused: spec.paused,
      restartedAt: spec.template?.metadata?.annotations?.['kubectl.kubernetes.io/restartedAt'] ?? '',
    },
  };
}
