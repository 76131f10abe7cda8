import type { EffectEnd } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import { defineAction } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { trailRight } from '../trail/writes.js';
import {
  admissible,
  groupWarning,
  instanceGrants,
  instanceParams,
  instanceWritten,
  type InstanceState,
  readInstance,
  textOf,
} from './ec2-instance.js';
import { mayBegin } from './parameters.js';
import { seenRebooted } from './seen-instance.js';
import { watch } from './watch.js';

interface RebootRef extends JsonObject {
  instance: string;
  /** The status checks before it. */
  checks: string;
  launchTime: string;
  /** Epoch milliseconds. */
  startedAt: number;
}

/** EC2 reboots hard when the system does not within a few minutes (contracts 5.6). Without a boot by then, none is seen any more. Milliseconds. */
const bootSeenWithin = 8 * 60_000;
const longest = 20 * 60_000;

/** Asks the instance to reboot; only its status checks tell that it did. */
export const ec2RebootInstance = defineAction<AwsClient>()({
  id: 'aws.ec2.reboot-instance',
  summary: 'Reboot an EC2 instance and wait for its status checks.',
  risk: 'disruptive',
  // RebootInstances has no token and an empty answer.
  idempotency: 'at-most-once',
  permissions: ['ec2:RebootInstances', 'ec2:DescribeInstances', 'ec2:DescribeInstanceStatus', trailRight],
  grants: instanceGrants('Reboot', ['ec2:RebootInstances']),
  params: instanceParams,
  written: instanceWritten,
  says: ({ instance }) => `reboot ${instance}`,
  warns: groupWarning,
  preState: admissible,
  start: async (call, { instance }, { startBy, preState }) => {
    mayBegin(call.now(), startBy);
    await call.client.ec2.rebootInstances(call, { InstanceIds: [instance] });
    const ref = refOf(instance, preState, call.now());
    return { ref, says: `ec2:RebootInstances: ${instance} was asked to reboot` };
  },
  wait: (call, ref) => waitForBoot(call, ref as RebootRef),
  adopt: async (call, { instance }, { preState, since }) => {
    const now = await readInstance(call, instance);
    const seen =
      hasBooted(now, preState as RebootRef) || (now.checks === 'initializing' && preState['checks'] !== 'initializing');
    // A reboot leaves no other trace: that none is seen does not prove that there was none.
    return seen ? { found: true, ref: refOf(instance, preState, since) } : { found: false, certain: false };
  },
  seenDone: (call, _params, target, within) => seenRebooted(call, target, within),
  undo: 'none',
});

const refOf = (instance: string, { checks, launchTime }: JsonObject, startedAt: number): RebootRef => ({
  instance,
  checks: textOf(checks),
  launchTime: textOf(launchTime),
  startedAt,
});

const hasBooted = ({ launchTime }: InstanceState, before: Pick<RebootRef, 'launchTime'>): boolean =>
  launchTime !== '' && launchTime !== before.launchTime;

/** The state is `running` throughout, so it proves nothing: the checks must have been seen to leave `ok`, and to come back. */
function waitForBoot(call: CallWith<AwsClient>, ref: RebootRef): Promise<EffectEnd> {
  const { instance, checks: before, startedAt } = ref;
  let between: string | undefined;
  return watch(call, { id: instance, by: 'EC2', startedAt, longestMs: longest }, async () => {
    const now = await readInstance(call, instance);
    if (now.state === 'stopped' || now.state === 'terminated' || now.state === 'shutting-down')
      return { status: 'failed', says: `${instance} is ${now.state} after it was asked to reboot` };
    if (now.checks !== before && (now.checks === 'initializing' || now.checks === 'impaired')) between = now.checks;
    if (now.state === 'running' && now.checks === 'ok') {
      const how = hasBooted(now, ref)
        ? 'started anew'
        : between !== undefined
          ? `checks ${between}, then ok`
          : `checks ${before}, now ok`;
      if (between !== undefined || before !== 'ok' || hasBooted(now, ref))
        return { status: 'succeeded', says: `${instance} has booted: ${how}` };
      if (call.now() - startedAt > bootSeenWithin)
        return {
          status: 'unknown',
          says: `EC2 took the reboot of ${instance}, and in ${bootSeenWithin / 60_000} min no boot was seen`,
        };
    }
    return undefined;
  });
}
