import type { EffectEnd } from '../../../domain/effect.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { endOfCommand } from './command-status.js';
import { watch } from './watch.js';

/** A command as it was sent. */
export type SentCommand = {
  instance: string;
  document: string;
  version: string;
  /** Delivery and execution together. Milliseconds. */
  longestMs: number;
};

/** What `start` and `adopt` hand to `wait`. */
export type CommandRef = SentCommand & {
  commandId: string;
  /** Epoch milliseconds. */
  startedAt: number;
};

/** SSM tells of a timeout some time after it has passed. Milliseconds. */
const noticed = 2 * 60_000;

/** Polls the command's one invocation until it has ended. Just after the start SSM does not know it yet (contracts 5.2: InvocationDoesNotExist). */
export const waitForCommand = (
  call: CallWith<AwsClient>,
  { commandId, instance, version, startedAt, longestMs }: CommandRef,
): Promise<EffectEnd> =>
  watch(call, { id: commandId, by: 'SSM', startedAt, longestMs: longestMs + noticed }, async () =>
    endOfCommand(await call.client.ssm.getInvocation(call, { CommandId: commandId, InstanceId: instance }), version),
  );
