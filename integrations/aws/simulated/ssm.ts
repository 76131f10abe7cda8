import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { type Automations, createAutomations, subjectOf, type SimulatedAutomation } from './automations.js';
import { contentOf, latestVersion, type SimulatedDocument } from './documents.js';
import { parameterProblem } from './parameters.js';
import type { AwsWorld } from './world.js';
import { failure, json, type Scope } from './wire.js';

/**
 * What a repeated ClientToken answers. What AWS does on an identical repeat is not documented ("must be unique and can't be reused"),
 * so the sandbox does the harsher thing unless told otherwise.
 */
export type RepeatedToken = 'error' | 'same-id';

export interface Ssm {
  automations: Automations;
  repeatedToken: RepeatedToken;
  answer: (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;
  reset: () => void;
}

/** Right after the start SSM does not know its own execution yet, and its list lags more. Milliseconds at speed 1. */
const unknownFor = 60;
const unlistedFor = 100;

type Body = Record<string, unknown>;

export function createSsm(world: AwsWorld): Ssm {
  const automations = createAutomations(world);
  const tokens = new Map<string, { id: string; parameters: string }>();
  const ssm: Ssm = {
    automations,
    repeatedToken: 'error',
    answer: (scope, action, request) =>
      operations[action]?.(scope, JSON.parse(request.body.toString('utf8') || '{}') as Body, request),
    reset: () => {
      automations.reset();
      tokens.clear();
      ssm.repeatedToken = 'error';
    },
  };

  const find = (scope: Scope, id: unknown): SimulatedAutomation | undefined => {
    const found = automations.all.get(String(id));
    return found?.account === scope.account && found.region === scope.region ? found : undefined;
  };
  const notFound = (request: WireRequest, id: unknown): WireResponse =>
    failure(request, 'AutomationExecutionNotFoundException', `Automation Execution ${String(id)} does not exist.`);
  const older = (automation: SimulatedAutomation, ms: number): boolean =>
    world.sandbox.now() - automation.startedAt >= world.paced(ms);

  const repeated = (request: WireRequest, known: { id: string; parameters: string }, parameters: string): WireResponse =>
    known.parameters === parameters && ssm.repeatedToken === 'same-id'
      ? json(request, { AutomationExecutionId: known.id })
      : failure(request, 'IdempotentParameterMismatch', 'The client token was used before.');

  const start = (scope: Scope, body: Body, request: WireRequest): WireResponse => {
    const asked = automationAsked(world, scope, body);
    if ('code' in asked) return failure(request, asked.code, asked.message);
    const { document, version } = asked;
    const tags = asTags(body['Tags']);
    const token = String(body['ClientToken'] ?? '').toLowerCase();
    const parameters = JSON.stringify([document.name, version, body['Parameters']]);
    const known = tokens.get(`${scope.account}/${scope.region}/${token}`);
    if (token && known) return repeated(request, known, parameters);
    const automation = automations.start(scope, {
      document,
      version,
      parameters: body['Parameters'] as Record<string, string[]>,
      tags,
    });
    if (token) tokens.set(`${scope.account}/${scope.region}/${token}`, { id: automation.id, parameters });
    world.sandbox.effect({
      vendor: 'aws',
      operation: 'ssm:StartAutomationExecution',
      target: subjectOf(automation),
      key: tags['opssentinel:key'] ?? token,
      outcome: `started ${automation.id}`,
    });
    return json(request, { AutomationExecutionId: automation.id });
  };

  const seenBy = (scope: Scope): SimulatedAutomation[] =>
    [...automations.all.values()].filter(
      (one) => one.account === scope.account && one.region === scope.region && older(one, unlistedFor),
    );

  const operations: Record<string, Operation> = {
    // contracts 5.1: StartAutomationExecution, a token of the caller's, tags, a numeric version.
    StartAutomationExecution: start,
    // contracts 5.1: the list by tag, which lags behind.
    DescribeAutomationExecutions: (scope, body, request) => json(request, listing(seenBy(scope), body)),
    // contracts 5.1: not found right after the start, [M].
    GetAutomationExecution: (scope, { AutomationExecutionId: id }, request) => {
      const found = find(scope, id);
      return found && older(found, unknownFor) ? json(request, { AutomationExecution: detailed(found) }) : notFound(request, id);
    },
    // contracts 5.1: StopAutomationExecution, Type Cancel.
    StopAutomationExecution: (scope, { AutomationExecutionId: id }, request) => {
      const found = find(scope, id);
      if (!found || !older(found, unknownFor)) return notFound(request, id);
      if (found.endedAt !== undefined)
        return failure(request, 'InvalidAutomationStatusUpdateException', `Automation ${found.id} is ${found.status}.`);
      automations.stop(found);
      return json(request, {});
    },
    // Source: the service's model (botocore ssm 2014-11-06), ListTagsForResource.
    ListTagsForResource: (scope, { ResourceType: type, ResourceId: id }, request) =>
      tagsOf(type === 'Automation' ? find(scope, id) : undefined, id, request),
    ...documentOperations(world),
  };
  return ssm;
}

type Operation = (scope: Scope, body: Body, request: WireRequest) => WireResponse;

/** What reads documents and instances, and knows no automation. */
const documentOperations = (world: AwsWorld): Record<string, Operation> => ({
  // contracts 5.1: the document's own hash and version are the pin. Source: botocore ssm 2014-11-06.
  DescribeDocument: (scope, body, request) =>
    withDocument(world, body, request, (document, version) =>
      json(request, { Document: aboutDocument(scope, document, version) }),
    ),
  // contracts 5.1: the content that a version has.
  GetDocument: (_scope, body, request) =>
    withDocument(world, body, request, (document, version) =>
      json(request, {
        Name: document.name,
        DocumentVersion: version,
        DocumentFormat: 'YAML',
        DocumentType: document.type,
        Status: 'Active',
        Content: contentOf(document, version).content,
      }),
    ),
  DescribeInstanceInformation: (scope, body, request) => json(request, { InstanceInformationList: pings(world, scope, body) }),
});

/** The document and version that a start names, or the error that SSM answers with. */
function automationAsked(world: AwsWorld, scope: Scope, body: Body) {
  const name = String(body['DocumentName']).split('/').at(-1) ?? '';
  const document = world.documents.get(name);
  if (document?.type !== 'Automation')
    return { code: 'AutomationDefinitionNotFoundException', message: `Automation definition ${name} not found.` };
  const version = resolved(body['DocumentVersion']);
  if (!version)
    return {
      code: 'AutomationDefinitionVersionNotFoundException',
      message: `Version ${String(body['DocumentVersion'])} of ${name} not found.`,
    };
  return parameterProblem(document, body, scope) ?? { document, version };
}

/** One page, newest first. */
function listing(automations: readonly SimulatedAutomation[], body: Body): Body {
  const filters = (body['Filters'] ?? []) as { Key: string; Values: string[] }[];
  const found = automations
    .filter((automation) => filters.every((filter) => passes(automation, filter)))
    .sort((a, b) => b.startedAt - a.startedAt);
  const from = Number(body['NextToken'] ?? 0);
  const to = from + Number(body['MaxResults'] ?? 50);
  return {
    AutomationExecutionMetadataList: found.slice(from, to).map(listed),
    ...(to < found.length ? { NextToken: String(to) } : {}),
  };
}

function tagsOf(automation: SimulatedAutomation | undefined, id: unknown, request: WireRequest): WireResponse {
  if (!automation) return failure(request, 'InvalidResourceId', `The resource ID ${String(id)} is not valid.`);
  return json(request, { TagList: Object.entries(automation.tags).map(([Key, Value]) => ({ Key, Value })) });
}

/** A version in digits; `undefined` when there is none of that number. */
function resolved(version: unknown): string | undefined {
  if (version === undefined || version === '$LATEST' || version === '$DEFAULT') return latestVersion;
  return /^[1-9]\d*$/.test(String(version)) && Number(version) <= Number(latestVersion) ? String(version) : undefined;
}

function withDocument(
  world: AwsWorld,
  body: Body,
  request: WireRequest,
  then: (document: SimulatedDocument, version: string) => WireResponse,
): WireResponse {
  const document = world.documents.get(String(body['Name']).split('/').at(-1) ?? '');
  if (!document) return failure(request, 'InvalidDocument', `The document ${String(body['Name'])} does not exist.`);
  const version = resolved(body['DocumentVersion']);
  return version
    ? then(document, version)
    : failure(request, 'InvalidDocumentVersion', 'The document version is not valid or does not exist.');
}

const aboutDocument = (scope: Scope, document: SimulatedDocument, version: string): Body => ({
  Name: document.name,
  Owner: scope.account,
  DocumentType: document.type,
  DocumentFormat: 'YAML',
  SchemaVersion: document.type === 'Automation' ? '0.3' : '2.2',
  Status: 'Active',
  DocumentVersion: version,
  LatestVersion: latestVersion,
  DefaultVersion: latestVersion,
  Hash: contentOf(document, version).hash,
  HashType: 'Sha256',
  Parameters: [...document.parameters.keys()].map((Name) => ({ Name, Type: 'String' })),
});

function pings(world: AwsWorld, scope: Scope, body: Body): Body[] {
  const filters = (body['Filters'] ?? []) as { Key: string; Values: string[] }[];
  const asked = filters.find(({ Key }) => Key === 'InstanceIds')?.Values;
  return [...world.instances.values()]
    .filter(({ account, region, id }) => account === scope.account && region === scope.region && (!asked || asked.includes(id)))
    .map(({ id, state, ssmPing }) => ({
      InstanceId: id,
      PingStatus: state === 'running' ? ssmPing : 'ConnectionLost',
      AgentVersion: '3.3.3050.0',
      PlatformType: 'Linux',
    }));
}

function passes(automation: SimulatedAutomation, { Key, Values }: { Key: string; Values: string[] }): boolean {
  const value = Values[0] ?? '';
  if (Key === 'TagKey') return Values.some((tag) => tag in automation.tags);
  if (Key === 'DocumentNamePrefix') return Values.some((prefix) => automation.document.startsWith(prefix));
  if (Key === 'ParentExecutionId') return Values.includes(automation.parent ?? '');
  if (Key === 'ExecutionStatus') return Values.includes(automation.status);
  if (Key === 'StartTimeAfter') return automation.startedAt >= Date.parse(value);
  if (Key === 'StartTimeBefore') return automation.startedAt <= Date.parse(value);
  return false;
}

const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1_000);

const listed = (automation: SimulatedAutomation): Body => ({
  AutomationExecutionId: automation.id,
  DocumentName: automation.document,
  DocumentVersion: automation.version,
  AutomationExecutionStatus: automation.status,
  ExecutionStartTime: seconds(automation.startedAt),
  ExecutionEndTime: seconds(automation.endedAt),
  ExecutedBy: `arn:aws:sts::${automation.account}:assumed-role/sandbox/opssentinel`,
  ...(automation.parent ? { ParentAutomationExecutionId: automation.parent } : {}),
  ...(automation.rateControlled ? { TargetParameterName: 'InstanceId' } : {}),
  Mode: 'Auto',
  AutomationType: 'Local',
});

const detailed = (automation: SimulatedAutomation): Body => ({
  ...listed(automation),
  AutomationType: undefined,
  Parameters: automation.parameters,
  Outputs: {},
  StepExecutionsTruncated: false,
  FailureMessage: automation.steps.find(({ message }) => message)?.message,
  StepExecutions: automation.steps.map(({ name, action, status, message }) => ({
    StepName: name,
    Action: action,
    StepStatus: status,
    FailureMessage: message,
  })),
});

function asTags(tags: unknown): Record<string, string> {
  return Object.fromEntries(((tags ?? []) as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]));
}
