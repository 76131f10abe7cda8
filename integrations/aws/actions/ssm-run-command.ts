import { z } from 'zod';
import { parseDuration } from '../../../domain/duration.js';
import { defineAction } from '../../contract/action.js';
import { VendorError } from '../../contract/errors.js';
import type { Grant, GrantUse } from '../../contract/grant.js';
import { documentArn, instanceArn } from '../arn.js';
import type { AwsClient } from '../client.js';
import { trailGrant, trailRight } from '../trail/writes.js';
import { commentOf, findCommand } from './command-adopt.js';
import { type RecordedCommand, readyToSend, timeoutParameter } from './command-document.js';
import { type CommandRef, type SentCommand, waitForCommand } from './command-wait.js';
import { asLists, documentParameters, inGrant, mayBegin, namesNoOther, pinnedVersion, refused } from './parameters.js';
import { seenCommanded } from './seen-document.js';

/** A duration that SSM takes: whole seconds within its limits. */
const seconds = (least: number, most: number, says: string) =>
  z
    .string()
    .regex(/^[1-9][0-9]{0,5}(?:s|m|h)$/, 'is a whole number with s, m or h, such as 60s')
    .refine((text) => secondsOf(text) >= least && secondsOf(text) <= most, says);

const secondsOf = (duration: string): number => (parseDuration(duration) ?? 0) / 1_000;

const params = z.strictObject({
  document: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{2,127}$/, 'is the bare name of a document of your own; ARNs can lead to another account')
    // AWS keeps these beginnings for itself: AWS-RunShellScript and its like take any text as a script.
    .refine((name) => !/^(?:aws|amazon|amzn)/i.test(name), 'is a document of AWS; only your own, with a fixed script, are run'),
  version: pinnedVersion('document'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'is the SHA-256 of the document in lower-case hex (ssm:DescribeDocument shows it as Hash)'),
  parameters: documentParameters.refine(
    (parameters) => !(timeoutParameter in parameters),
    `sets ${timeoutParameter}; say timeout beside the parameters instead`,
  ),
  /** The agent takes it within this time or never: SendCommand's TimeoutSeconds, at least 30 (contracts 5.2). */
  startWithin: seconds(30, 900, 'must be from 30s, the shortest that SSM takes, to 15m'),
  /** How long its script may run: 3,600 s at SSM where nobody says so. */
  timeout: seconds(1, 7_200, 'must be from 1s to 2h'),
});

type Params = z.infer<typeof params>;

/**
 * Runs one Command document of our own, pinned by version and content, on the target alone. SendCommand has no token (contracts 5.2):
 * the command carries the attempt key in its Comment and is found again by it, but SSM would run a repeat. So it is never repeated.
 */
export const ssmRunCommand = defineAction<AwsClient>()({
  id: 'aws.ssm.run-command',
  summary: 'Run a pinned SSM Command document on one instance.',
  risk: 'disruptive',
  idempotency: 'marker',
  permissions: [
    'ssm:SendCommand',
    'ssm:GetCommandInvocation',
    'ssm:ListCommands',
    'ssm:CancelCommand',
    'ssm:DescribeDocument',
    trailRight,
  ],
  grants: commandGrants,
  params,
  says: ({ document, version }) => `SSM command ${document} version ${version}`,
  preState: async (call, wanted, target) => {
    namesNoOther(Object.values(wanted.parameters), target);
    return readyToSend(call, wanted, target);
  },
  start: async (call, wanted, attempt) => {
    const ready = recorded(attempt.preState as RecordedCommand, wanted);
    mayBegin(call.now(), attempt.startBy);
    const { Command: command } = await call.client.ssm.sendCommand(call, {
      DocumentName: wanted.document,
      DocumentVersion: wanted.version,
      DocumentHash: wanted.sha256,
      DocumentHashType: 'Sha256',
      InstanceIds: [ready.instance],
      Parameters: asLists({
        ...wanted.parameters,
        ...(ready.takesTimeout ? { [timeoutParameter]: String(secondsOf(wanted.timeout)) } : {}),
      }),
      TimeoutSeconds: secondsOf(wanted.startWithin),
      Comment: commentOf(attempt.key),
      MaxConcurrency: '1',
      MaxErrors: '0',
    });
    if (!command?.CommandId) throw new VendorError('aws', 'ambiguous', 'SendCommand answered without a command id');
    return {
      ref: { ...sentOf(wanted, ready.instance), commandId: command.CommandId, startedAt: call.now() },
      says: `ssm:SendCommand ${wanted.document} version ${wanted.version}: ${command.CommandId}`,
    };
  },
  wait: (call, ref) => waitForCommand(call, ref as CommandRef),
  stop: async (call, ref) => {
    const { commandId, instance } = ref as CommandRef;
    await call.client.ssm.cancelCommand(call, { CommandId: commandId, InstanceIds: [instance] });
  },
  adopt: (call, wanted, { key, preState, since }) =>
    findCommand(call, { key, since, sent: sentOf(wanted, recorded(preState as RecordedCommand, wanted).instance) }),
  seenDone: (call, { document }, target, within) => seenCommanded(call, document, target, within),
  undo: 'none',
});

const sentOf = ({ document, version, startWithin, timeout }: Params, instance: string): SentCommand => ({
  instance,
  document,
  version,
  longestMs: (secondsOf(startWithin) + secondsOf(timeout)) * 1_000,
});

function recorded(ready: RecordedCommand, { document, version, sha256 }: Params): RecordedCommand {
  if (ready.document !== document || ready.version !== version || ready.sha256 !== sha256)
    throw refused('admission did not record the content of the pinned document');
  return ready;
}

/** Document and instances apart: a condition on the instance's tag would never hold for a document (contracts 5.8). */
function commandGrants({ account, region, params: written }: GrantUse): Grant[] {
  const document = documentArn({ account, region }, inGrant(written['document']));
  return [
    { sid: 'SendPinnedCommand', actions: ['ssm:SendCommand'], resources: [document] },
    {
      sid: 'SendToAllowedInstances',
      actions: ['ssm:SendCommand'],
      resources: [instanceArn({ account, region }, '*')],
      conditions: { StringEquals: { 'ssm:resourceTag/opssentinel': 'allow' } },
    },
    { sid: 'ReadDocument', actions: ['ssm:DescribeDocument'], resources: [document], by: 'read' },
    { sid: 'FindCommands', actions: ['ssm:ListCommands'], resources: ['*'], by: 'read' },
    { sid: 'FollowCommands', actions: ['ssm:GetCommandInvocation', 'ssm:ListCommands', 'ssm:CancelCommand'], resources: ['*'] },
    trailGrant,
  ];
}
