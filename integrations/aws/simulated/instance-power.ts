import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import type { SimulatedInstance } from './instances.js';
import { failure, formOf, xml } from './wire.js';
import type { AwsWorld } from './world.js';

const namespace = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** How long the real things take, in minutes where these take milliseconds at speed 1. */
const takes = { untilReboot: 200, reboot: 1_500, stopping: 600, pending: 300, initializing: 900 };

type State = SimulatedInstance['state'];

export const stateCodes: Readonly<Record<State, number>> = { pending: 0, running: 16, terminated: 48, stopping: 64, stopped: 80 };

/** RebootInstances, StopInstances and StartInstances of the chosen instances. */
export function answerPower(
  world: AwsWorld,
  action: string,
  request: WireRequest,
  chosen: readonly SimulatedInstance[],
): WireResponse | undefined {
  const act = { RebootInstances: reboot, StopInstances: stop, StartInstances: begin }[action];
  if (!act) return undefined;
  if (chosen.length === 0) return failure(request, 'MissingParameter', 'The request must contain the parameter InstanceId');
  const problem = chosen.map((instance) => problemWith(action, instance)).find(Boolean);
  if (problem) return failure(request, problem.code, problem.says);
  // contracts 5.6: a dry run that would have worked is an error of this name.
  if (formOf(request).get('DryRun') === 'true')
    return failure(request, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
  const changes = chosen.map((instance) => {
    const before = instance.state;
    if (act(world, instance))
      world.sandbox.effect({
        vendor: 'aws',
        operation: `ec2:${action}`,
        target: instance.id,
        // None of these calls can carry a key.
        key: '',
        outcome: action === 'RebootInstances' ? 'reboot requested' : instance.state,
      });
    return { id: instance.id, before, after: instance.state };
  });
  return answered(action, changes);
}

function problemWith(action: string, { id, state, rootDevice }: SimulatedInstance): { code: string; says: string } | undefined {
  // contracts 5.6: reboots of terminated instances are ignored; a stopped one is IncorrectState.
  if (action === 'RebootInstances')
    return state === 'running' || state === 'terminated'
      ? undefined
      : { code: 'IncorrectState', says: `The instance '${id}' is not in a state from which it can be rebooted.` };
  const wrong = action === 'StartInstances' ? state === 'stopping' : state === 'pending';
  if (wrong || state === 'terminated')
    return {
      code: 'IncorrectInstanceState',
      says: `The instance '${id}' is not in a state from which it can be ${action === 'StartInstances' ? 'started' : 'stopped'}.`,
    };
  if (rootDevice === 'instance-store')
    return {
      code: 'UnsupportedOperation',
      says: `The instance '${id}' does not have an 'ebs' root device type and cannot be stopped`,
    };
  return undefined;
}

/** Whether it does anything. */
type Act = (world: AwsWorld, instance: SimulatedInstance) => boolean;

/** contracts 5.6: asynchronous, and the state stays `running` throughout; only the status checks tell. */
const reboot: Act = (world, instance) => {
  if (instance.state !== 'running') return false;
  const still = (): boolean => instance.state === 'running';
  world.sandbox.later(world.paced(takes.untilReboot), () => {
    if (!still()) return;
    instance.checks = 'initializing';
    world.sandbox.later(world.paced(takes.reboot), () => {
      if (still()) booted(world, instance);
    });
  });
  return true;
};

const stop: Act = (world, instance) => {
  if (instance.state !== 'running') return false;
  Object.assign(instance, { state: 'stopping', checks: 'not-applicable' });
  world.sandbox.later(world.paced(takes.stopping), () => {
    if (instance.state !== 'stopping') return;
    // contracts 5.4: an Auto Scaling group takes a stopped member for unhealthy, and terminates and replaces it.
    instance.state = instance.tags['aws:autoscaling:groupName'] ? 'terminated' : 'stopped';
  });
  return true;
};

const begin: Act = (world, instance) => {
  if (instance.state !== 'stopped') return false;
  Object.assign(instance, { state: 'pending', launchedAt: world.sandbox.now() });
  world.sandbox.later(world.paced(takes.pending), () => {
    if (instance.state !== 'pending') return;
    Object.assign(instance, { state: 'running', checks: 'initializing' });
    world.sandbox.later(world.paced(takes.initializing), () => {
      if (instance.state === 'running') booted(world, instance);
    });
  });
  return true;
};

/** A boot clears what the shipped alarms are about; its own checks end well, unless somebody set them otherwise meanwhile. */
function booted(world: AwsWorld, instance: SimulatedInstance): void {
  if (instance.checks === 'initializing') instance.checks = 'ok';
  world.heal({ InstanceId: instance.id });
}

function answered(action: string, changes: readonly { id: string; before: State; after: State }[]): WireResponse {
  const items = changes.map(
    ({ id, before, after }) => `<item><instanceId>${id}</instanceId>
      <currentState><code>${stateCodes[after]}</code><name>${after}</name></currentState>
      <previousState><code>${stateCodes[before]}</code><name>${before}</name></previousState></item>`,
  );
  const result = action === 'RebootInstances' ? '<return>true</return>' : `<instancesSet>${items.join('')}</instancesSet>`;
  return xml(`<${action}Response xmlns="${namespace}"><requestId>sandbox</requestId>${result}</${action}Response>`);
}
