import { randomUUID } from 'node:crypto';
import { contentOf, latestVersion, type SimulatedDocument } from './documents.js';
import type { Scope } from './wire.js';
import type { AwsWorld } from './world.js';

/** A command as Run Command holds it: on one instance. */
export interface SimulatedCommand {
  id: string;
  account: string;
  region: string;
  document: string;
  version: string;
  instance: string;
  comment: string;
  parameters: Record<string, string[]>;
  timeoutSeconds: number;
  /** Epoch milliseconds. */
  sentAt: number;
  status: string;
  details: string;
  responseCode: number;
  stdout: string;
  stderr: string;
  missing: number;
}

export type Body = Record<string, unknown>;

export type Told = Pick<SimulatedCommand, 'document' | 'version' | 'instance' | 'comment' | 'parameters' | 'timeoutSeconds'>;

export const commandOf = ({ account, region }: Scope, told: Told, sentAt: number, missing: number): SimulatedCommand => ({
  id: randomUUID(),
  account,
  region,
  ...told,
  sentAt,
  status: 'Pending',
  details: 'Pending',
  responseCode: -1,
  stdout: '',
  stderr: '',
  missing,
});

/** What SendCommand was told, or what SSM would refuse (SSM API 2014-11-06 and contracts 5.2). */
export function asTold(world: AwsWorld, scope: Scope, body: Body): Told | { code: string; message: string } {
  const {
    DocumentName: name,
    Comment: comment = '',
    TimeoutSeconds: timeoutSeconds = 3_600,
  } = body as {
    DocumentName: string;
    Comment?: string;
    TimeoutSeconds?: number;
  };
  const document = world.documents.get(name);
  if (document?.type !== 'Command') return { code: 'InvalidDocument', message: `The document ${name} does not exist.` };
  const version = String(body['DocumentVersion'] ?? latestVersion);
  if (!/^[1-9]\d*$/.test(version) || Number(version) > Number(latestVersion))
    return { code: 'InvalidDocumentVersion', message: 'The document version is not valid or does not exist.' };
  if (body['DocumentHash'] !== undefined && body['DocumentHash'] !== contentOf(document, version).hash)
    return { code: 'InvalidDocument', message: 'The document hash does not match.' };
  if (comment.length > 100) return { code: 'ValidationException', message: "Value at 'comment' failed to satisfy constraint" };
  if (timeoutSeconds < 30 || timeoutSeconds > 2_592_000)
    return { code: 'ValidationException', message: "Value at 'timeoutSeconds' failed to satisfy constraint" };
  const parameters = (body['Parameters'] ?? {}) as Record<string, string[]>;
  const wrong = wrongParameter(document, parameters);
  if (wrong !== undefined) return { code: 'InvalidParameters', message: `Parameter "${wrong}" is not valid.` };
  const [id = '', ...others] = (body['InstanceIds'] ?? []) as string[];
  const instance = world.instances.get(id);
  const reachable = instance?.account === scope.account && instance.region === scope.region && instance.state === 'running';
  if (!reachable || others.length > 0)
    return { code: 'InvalidInstanceId', message: `Instances [[${id}]] not in a valid state for account ${scope.account}` };
  return { document: document.name, version, instance: id, comment, parameters, timeoutSeconds };
}

function wrongParameter(document: SimulatedDocument, given: Readonly<Record<string, string[]>>): string | undefined {
  for (const [name, values] of Object.entries(given)) {
    const declared = document.parameters.get(name);
    if (!declared || !Array.isArray(values) || values.some((value) => declared.pattern && !declared.pattern.test(value)))
      return name;
  }
  return [...document.parameters].find(([name, { required }]) => required && !(name in given))?.[0];
}

/** One page of ListCommands, newest first. */
export function pageOf(commands: readonly SimulatedCommand[], body: Body): Body {
  const filters = (body['Filters'] ?? []) as { key: string; value: string }[];
  const found = commands
    .filter(({ instance }) => body['InstanceId'] === undefined || body['InstanceId'] === instance)
    .filter((one) => filters.every((filter) => passes(one, filter)))
    .reverse();
  const from = Number(body['NextToken'] ?? 0);
  const to = from + Number(body['MaxResults'] ?? 25);
  return { Commands: found.slice(from, to).map(listed), ...(to < found.length ? { NextToken: String(to) } : {}) };
}

/** ListCommands cannot filter by Comment (contracts 5.2). */
function passes(command: SimulatedCommand, { key, value }: { key: string; value: string }): boolean {
  if (key === 'InvokedAfter') return command.sentAt >= Date.parse(value);
  if (key === 'InvokedBefore') return command.sentAt <= Date.parse(value);
  if (key === 'DocumentName') return command.document === value;
  return key === 'Status' && command.status === value;
}

export const listed = (command: SimulatedCommand): Body => ({
  CommandId: command.id,
  DocumentName: command.document,
  DocumentVersion: command.version,
  Comment: command.comment,
  Parameters: command.parameters,
  InstanceIds: [command.instance],
  Targets: [],
  RequestedDateTime: command.sentAt / 1_000,
  ExpiresAfter: command.sentAt / 1_000 + command.timeoutSeconds,
  Status: command.status,
  StatusDetails: command.details,
  MaxConcurrency: '1',
  MaxErrors: '0',
  TargetCount: 1,
  TimeoutSeconds: command.timeoutSeconds,
});

export const detailed = (command: SimulatedCommand): Body => ({
  CommandId: command.id,
  InstanceId: command.instance,
  Comment: command.comment,
  DocumentName: command.document,
  DocumentVersion: command.version,
  ResponseCode: command.responseCode,
  Status: command.status,
  StatusDetails: command.details,
  StandardOutputContent: command.stdout,
  StandardErrorContent: command.stderr,
});
