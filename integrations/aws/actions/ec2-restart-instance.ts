import type { EffectEnd } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import { defineAction } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';
import { trailRight } from '../trail/writes.js';
import {
  admissible,
  groupWarning,
  instanceGrants,
  instanceParams,
  instanceWritten,
  readInstance,
  textOf,
} from './ec2-instance.js';
import { mayBegin, refused } from './parameters.js';
import { seenRestarted } from './seen-instance.js';
import { watch } from './watch.js';

interface RestartRef extends JsonObject {
  instance: string;
  /** As it was before the stop: a later one means that it has been started since. */
  launchTime: string;
  /** Epoch milliseconds. */
  startedAt: number;
}

/** A stop takes minutes where the system hangs. Milliseconds. */
const longest = 30 * 60_000;
/** So long a start that EC2 refuses is asked for again; then people must do something about rights or capacity. Milliseconds. */
const startTriedFor = 5 * 60_000;

/** What was read longer ago than this says nothing of now: a process may have stood still in between. Milliseconds. */
const readHoldsFor = 10_000;

const loses = 'loses instance-store data and a public address that is not elastic, and may move to another host';

/** Stops the instance; the wait starts it again (docs/adr/0006). */
export const ec2RestartInstance = defineAction<AwsClient>()({
  id: 'aws.ec2.restart-instance',
  summary: 'Stop and start an EC2 instance and wait for its status checks.',
  risk: 'disruptive',
  // StopInstances has no token.
  idempotency: 'at-most-once',
  permissions: ['ec2:StopInstances', 'ec2:StartInstances', 'ec2:DescribeInstances', 'ec2:DescribeInstanceStatus', trailRight],
  grants: instanceGrants('Restart', ['ec2:StopInstances', 'ec2:StartInstances']),
  params: instanceParams,
  written: instanceWritten,
  says: ({ instance }) => `stop and start ${instance}`,
  warns: (params) => [loses, groupWarning(params)].filter(Boolean).join('; '),
  preState: async (call, params, target) => {
    const now = await admissible(call, params, target);
    if (now.rootDevice !== 'ebs') throw refused(`${params.instance} has an instance-store root and cannot be stopped`);
    return now;
  },
  start: async (call, { instance }, { startBy, preState }) => {
    mayBegin(call.now(), startBy);
    const { StoppingInstances = [] } = await call.client.ec2.stopInstances(call, { InstanceIds: [instance] });
    if (!StoppingInstances.some(({ InstanceId }) => InstanceId === instance))
      throw new VendorError('aws', 'ambiguous', `StopInstances answered without ${instance}`);
    return {
      ref: refOf(instance, preState, call.now()),
      says: `ec2:StopInstances: ${instance} is stopping; it is started again when it has stopped`,
    };
  },
  wait: (call, ref) => startWhenStopped(call, ref as RestartRef),
  adopt: async (call, { instance }, { preState, since }) => {
    const now = await readInstance(call, instance);
    const ref = refOf(instance, preState, since);
    // It ran when it was admitted: whatever else it is now came after.
    const seen = now.state !== 'running' || now.launchTime !== ref.launchTime;
    return seen ? { found: true, ref } : { found: false, certain: false };
  },
  seenDone: (call, _params, target, within) => seenRestarted(call, target, within),
  undo: 'none',
});

const refOf = (instance: string, { launchTime }: JsonObject, startedAt: number): RestartRef => ({
  instance,
  launchTime: textOf(launchTime),
  startedAt,
});

/**
 * Starts what our stop has stopped, as often as it takes: starting an instance that starts or runs changes nothing. A worker that dies
 * in between costs nothing, since the wait is repeated. What stays stopped is said to be.
 */
async function startWhenStopped(call: CallWith<AwsClient>, ref: RestartRef): Promise<EffectEnd> {
  const { instance, launchTime, startedAt } = ref;
  let last = 'stopping';
  let refusedSince: number | undefined;
  const end = await watch(call, { id: instance, by: 'EC2', startedAt, longestMs: longest }, async () => {
    const readAt = call.now();
    const now = await readInstance(call, instance);
    const started = now.launchTime !== launchTime;
    last = now.state;
    if (now.state === 'terminated' || now.state === 'shutting-down')
      return { status: 'failed', says: `${instance} was stopped, and is ${now.state} since: it is not coming back` };
    if (now.state === 'running' && started && now.checks === 'ok')
      return { status: 'succeeded', says: `${instance} was stopped and started, status checks ok` };
    if (now.state !== 'stopped') return undefined;
    // That stop was not ours: it was started after ours.
    if (started) return { status: 'failed', says: `${instance} was started and has stopped again; it is left stopped` };
    const startBy = Math.min(readAt + readHoldsFor, startedAt + longest);
    // By now somebody may have stopped it on purpose, or left it stopped: it is looked at once more, or left to people.
    if (call.now() > startBy) return undefined;
    const because = await startRefused({ ...call, startBy }, instance);
    if (because === undefined) last = 'pending';
    else if (call.now() - (refusedSince ??= call.now()) > startTriedFor) return leftStopped(instance, because);
    return undefined;
  });
  if (end.status !== 'unknown' || last === 'running' || last === 'pending') return end;
  return { status: 'unknown', says: `${end.says}; it was ${last} when it was last seen and may be left stopped` };
}

const leftStopped = (instance: string, because: string): EffectEnd => ({
  status: 'failed',
  says: `${instance} is left stopped: it could not be started (${because})`,
});

/** StartInstances. Why it was not taken; `undefined` when it was. What may have been done the next look tells. */
async function startRefused(call: CallWith<AwsClient>, instance: string): Promise<string | undefined> {
  try {
    await call.client.ec2.startInstances(call, { InstanceIds: [instance] });
    return undefined;
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    call.signal.throwIfAborted();
    return error.message;
  }
}
