import { sha256 } from './documents.js';
import type { SimulatedInstance } from './instances.js';
import type { AwsWorld } from './world.js';

/** One published version of a function. */
export interface SimulatedFunction {
  name: string;
  version: string;
  /** Seconds. */
  timeout: number;
  /** Seconds that a durable execution may take; absent: not durable. */
  durable?: number;
  state: 'Active' | 'Inactive';
  /** What it does with its payload; throwing is a function error. */
  run: (world: AwsWorld, account: string, payload: Record<string, unknown>) => Record<string, unknown>;
}

/** As Lambda shows it: base64 of the SHA-256 of the package, another for each version. */
export const codeHash = ({ name, version }: Pick<SimulatedFunction, 'name' | 'version'>): string =>
  Buffer.from(sha256(`${name} ${version}`), 'hex').toString('base64');

/** How long a stop and a start take. Milliseconds at speed 1; the real ones take minutes. */
const takes = { stopping: 300, pending: 300, initializing: 300 };

const restart: SimulatedFunction['run'] = (world, account, payload) => {
  const id = String(payload['instanceId']);
  const instance = world.instances.get(id);
  if (instance?.account !== account) throw new TypeError(`The instance ID '${id}' does not exist`);
  const then = (ms: number, change: Partial<SimulatedInstance>, next?: () => void): void =>
    world.sandbox.later(world.paced(ms), () => {
      Object.assign(instance, change);
      next?.();
    });
  Object.assign(instance, { state: 'stopping', checks: 'not-applicable' });
  then(takes.stopping, { state: 'pending', checks: 'initializing' }, () =>
    then(takes.pending, { state: 'running', launchedAt: world.sandbox.now() }, () =>
      then(takes.initializing, { checks: 'ok' }, () => world.heal({ InstanceId: id })),
    ),
  );
  return { message: `restart of ${id} has begun` };
};

const fail: SimulatedFunction['run'] = () => {
  throw new RangeError('the pool is exhausted');
};

const restartInstance = { name: 'ops-restart-instance', timeout: 30, state: 'Active', run: restart } as const;

/** In every account and region of the sandbox. */
export const shippedFunctions: readonly SimulatedFunction[] = [
  { ...restartInstance, version: '7' },
  { ...restartInstance, version: '12' },
  { ...restartInstance, name: 'ops-restart-instance-durable', version: '3', durable: 120 },
  { ...restartInstance, name: 'ops-restart-slowly', version: '1', timeout: 900 },
  { ...restartInstance, name: 'ops-restart-idle', version: '1', state: 'Inactive' },
  { ...restartInstance, name: 'ops-fails', version: '1', run: fail },
];
