import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { asTold, type Body, commandOf, detailed, listed, pageOf, type SimulatedCommand } from './command.js';
import { failure, json, membersOf, type Scope } from './wire.js';
import type { AwsWorld } from './world.js';

export interface CommandSettings {
  nextCommand?: NextCommand;
}

/** What the next command does instead of its work. */
interface NextCommand {
  status?: string;
  statusDetails?: string;
  responseCode?: number;
  stdout?: string;
  stderr?: string;
  /** So many times its invocation does not exist, beside the first moments. */
  missing?: number;
  /** Says that another document version ran. */
  documentVersion?: string;
}

export interface Commands {
  answer: (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;
  set: (settings: CommandSettings) => void;
  reset: () => void;
}

/** Right after it was sent SSM does not know the invocation yet, and its list lags more. Milliseconds at speed 1. */
const unknownFor = 60;
const unlistedFor = 100;
/** Until the agent takes it, and until the script has ended. Milliseconds at speed 1. */
const takes = { delivery: 200, script: 600 };

/** Run Command (contracts 5.2), on the sandbox's clock. */
export function createCommands(world: AwsWorld): Commands {
  const all = new Map<string, SimulatedCommand>();
  let next: NextCommand = {};
  const now = () => world.sandbox.now();
  const older = ({ sentAt }: SimulatedCommand, ms: number): boolean => now() - sentAt >= world.paced(ms);
  const here = ({ account, region }: Scope, command: SimulatedCommand | undefined): SimulatedCommand | undefined =>
    command?.account === account && command.region === region ? command : undefined;

  const send = (scope: Scope, body: Body, request: WireRequest): WireResponse => {
    const asked = asTold(world, scope, body);
    if ('code' in asked) return failure(request, asked.code, asked.message);
    const { missing = 0, ...scripted } = next;
    next = {};
    const command = commandOf(scope, { ...asked, version: scripted.documentVersion ?? asked.version }, now(), missing);
    all.set(command.id, command);
    world.sandbox.effect({
      vendor: 'aws',
      operation: 'ssm:SendCommand',
      target: command.instance,
      key: /[0-9a-f]{64}/.exec(command.comment)?.[0] ?? '',
      outcome: `sent ${command.document} version ${asked.version}`,
    });
    run(world, command, scripted);
    return json(request, { Command: listed(command) });
  };

  const list = (scope: Scope, body: Body, request: WireRequest): WireResponse =>
    json(
      request,
      pageOf(
        [...all.values()].filter((one) => here(scope, one) && older(one, unlistedFor)),
        body,
      ),
    );

  const invocation = (scope: Scope, body: Body, request: WireRequest): WireResponse => {
    const found = here(scope, all.get(String(body['CommandId'])));
    // contracts 5.2: eventual consistency, InvocationDoesNotExist just after the send.
    if (!found || found.instance !== body['InstanceId'] || !older(found, unknownFor) || found.missing-- > 0)
      return failure(request, 'InvocationDoesNotExist', 'The invocation does not exist.');
    return json(request, detailed(found));
  };

  const cancel = (scope: Scope, body: Body, request: WireRequest): WireResponse => {
    const found = here(scope, all.get(String(body['CommandId'])));
    if (!found) return failure(request, 'InvalidCommandId', 'The command ID is not valid.');
    if (!['Pending', 'InProgress'].includes(found.status)) return json(request, {});
    Object.assign(found, { status: 'Cancelling', details: 'Cancelling' });
    world.sandbox.later(world.paced(takes.delivery), () => Object.assign(found, { status: 'Cancelled', details: 'Cancelled' }));
    return json(request, {});
  };

  const operations: Record<string, (scope: Scope, body: Body, request: WireRequest) => WireResponse> = {
    SendCommand: send,
    ListCommands: list,
    GetCommandInvocation: invocation,
    CancelCommand: cancel,
    // contracts 5.2: 200 with an empty list in the same window.
    ListCommandInvocations: (scope, body, request) => {
      const found = here(scope, all.get(String(body['CommandId'])));
      return json(request, { CommandInvocations: found && older(found, unknownFor) ? [detailed(found)] : [] });
    },
  };

  return {
    answer: (scope, action, request) => operations[action]?.(scope, membersOf<Body>(request) as Body, request),
    set: ({ nextCommand }) => {
      if (nextCommand) next = nextCommand;
    },
    reset: () => {
      all.clear();
      next = {};
    },
  };
}

/** Delivery, then the script. An agent that is not there never takes it; an agent that dies leaves it InProgress. */
function run(world: AwsWorld, command: SimulatedCommand, scripted: NextCommand): void {
  const { sandbox } = world;
  sandbox.later(world.paced(command.timeoutSeconds * 1_000), () => {
    if (command.status === 'Pending') Object.assign(command, { status: 'TimedOut', details: 'DeliveryTimedOut' });
  });
  sandbox.later(world.paced(takes.delivery), () => {
    const instance = world.instances.get(command.instance);
    if (command.status !== 'Pending' || instance?.state !== 'running' || instance.ssmPing !== 'Online') return;
    Object.assign(command, { status: 'InProgress', details: 'InProgress' });
    sandbox.later(world.paced(takes.script), () => {
      if (command.status === 'InProgress') end(world, command, scripted);
    });
  });
}

function end(world: AwsWorld, command: SimulatedCommand, scripted: NextCommand): void {
  const { status = 'Success', statusDetails = status, responseCode = status === 'Success' ? 0 : 1 } = scripted;
  const worked = status === 'Success' && responseCode === 0;
  Object.assign(command, {
    status,
    details: statusDetails,
    responseCode,
    stdout: scripted.stdout ?? (worked ? work(world, command) : ''),
    stderr: scripted.stderr ?? '',
  });
}

/** What the document does to the instance, and says at its end. */
function work(world: AwsWorld, { document, instance, parameters }: SimulatedCommand): string {
  // RotateLogs works on the disk that holds /var/log: here, the root.
  const path = parameters['Path']?.[0] ?? '/';
  if (document === 'OpsSentinel-CleanTempFiles') return `${world.disks.free(document, instance, path)} in 3120 files\n`;
  if (document === 'OpsSentinel-RotateLogs') {
    const says = world.disks.free(document, instance, path);
    // Only now is it well below the alarm's threshold for as many datapoints as the alarm wants.
    world.heal({ InstanceId: instance, path });
    return `${says}\n`;
  }
  world.repaired('OpsSentinel-RestartService', instance);
  return 'active\n';
}
