import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld } from '../../contract/simulator.js';

interface SimulatedDeployment {
  namespace: string;
  name: string;
  labels: Record<string, string>;
  replicas: number;
  generation: number;
  restartedAt: string;
  /** Epoch milliseconds: until then its rollout is under way. */
  rollingUntil: number;
  /** Its pods are not available; a restart mends it. */
  unwell: boolean;
}

/** The deployments of the sandbox's one Kubernetes cluster. */
export interface Cluster {
  /** As the API server gives it; `undefined`: there is none. */
  view: (namespace: string, name: string) => JsonObject | undefined;
  names: (namespace: string) => string[];
  restart: (namespace: string, name: string) => boolean;
  /** `false`: there is none. */
  break: (namespace: string, name: string) => boolean;
  reset: () => void;
}

/** How long a rollout takes at speed 1. Milliseconds. */
const rolloutMs = 3_000;

const beginning = (): SimulatedDeployment[] => [
  { ...healthy('shop', 'checkout', 3), labels: { app: 'checkout', opssentinel: 'allow' } },
  { ...healthy('shop', 'cart', 2), labels: { app: 'cart' } },
  { ...healthy('search', 'checkout', 1), labels: { app: 'checkout', opssentinel: 'allow' } },
];

function healthy(namespace: string, name: string, replicas: number): SimulatedDeployment {
  return { namespace, name, labels: {}, replicas, generation: 4, restartedAt: '', rollingUntil: 0, unwell: false };
}

export function createCluster(world: SandboxWorld): Cluster {
  let all = beginning();
  const find = (namespace: string, name: string) => all.find((one) => one.namespace === namespace && one.name === name);
  return {
    view: (namespace, name) => {
      const found = find(namespace, name);
      return found && asObject(found, world.now());
    },
    names: (namespace) => all.filter((one) => one.namespace === namespace).map(({ name }) => name),
    restart: (namespace, name) => {
      const found = find(namespace, name);
      if (!found) return false;
      found.generation += 1;
      found.restartedAt = new Date(world.now()).toISOString();
      found.rollingUntil = world.now() + rolloutMs * world.settings.speed;
      found.unwell = false;
      return true;
    },
    break: (namespace, name) => {
      const found = find(namespace, name);
      if (found) found.unwell = true;
      return found !== undefined;
    },
    reset: () => {
      all = beginning();
    },
  };
}

/** apps/v1 Deployment (Kubernetes API reference): counts of zero are left out of its status. */
function asObject(deployment: SimulatedDeployment, now: number): JsonObject {
  const { namespace, name, labels, replicas, generation, restartedAt, unwell } = deployment;
  const rolling = now < deployment.rollingUntil;
  const updated = rolling ? Math.floor(replicas / 2) : replicas;
  const available = unwell ? 0 : rolling ? replicas - 1 : replicas;
  const counts = { updatedReplicas: updated, readyReplicas: available, availableReplicas: available };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels, generation, uid: `00000000-0000-4000-8000-${namespace}-${name}` },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: { app: name },
          ...(restartedAt ? { annotations: { 'kubectl.kubernetes.io/restartedAt': restartedAt } } : {}),
        },
      },
    },
    status: {
      observedGeneration: generation,
      replicas,
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      conditions: [
        { type: 'Available', status: available === replicas ? 'True' : 'False' },
        { type: 'Progressing', status: 'True', reason: rolling ? 'ReplicaSetUpdated' : 'NewReplicaSetAvailable' },
      ],
    },
  };
}
