import type { JsonObject } from '../../domain/json.js';
import type { CreateSimulator, WireRequest, WireResponse } from '../contract/simulator.js';
import { createAutoScaling, type ScalingSettings } from './simulated/auto-scaling.js';
import { createChangeCalendars } from './simulated/change-calendars.js';
import { createCloudWatch } from './simulated/cloudwatch.js';
import { type CommandSettings, createCommands } from './simulated/commands.js';
import { answerEc2 } from './simulated/ec2.js';
import { createEcs, type EcsSettings } from './simulated/ecs.js';
import { createIam, type IamSettings } from './simulated/iam.js';
import { createLambda, type LambdaSettings } from './simulated/lambda.js';
import { createLogs, type LogsSettings, sandboxGroup } from './simulated/logs.js';
import type { SettableSeries } from './simulated/metrics.js';
import { createNotices } from './simulated/notices.js';
import { createRds, type RdsSettings } from './simulated/rds.js';
import { lacking } from './simulated/required.js';
import { createLogins } from './simulated/sessions.js';
import { createSsm, type Ssm } from './simulated/ssm.js';
import { createSts, type Sts } from './simulated/sts.js';
import { createTrail, type Trail } from './simulated/trail.js';
import { failure, operationOf, refusal, type Scope, scopeOf } from './simulated/wire.js';
import { type AwsWorld, createAwsWorld } from './simulated/world.js';

/** `undefined`: an operation that is not simulated. */
type Answer = (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;

/** Whoever knows the operation. */
const oneOf =
  (...parts: readonly { answer: Answer }[]): Answer =>
  (scope, action, request) => {
    for (const { answer } of parts) {
      const answered = answer(scope, action, request);
      if (answered) return answered;
    }
    return undefined;
  };

/**
 * AWS on the protocols that the JavaScript SDK speaks (contracts 5: JSON, query, EC2's own, REST). Signatures are not checked; the account is read from the access key id.
 * A session of a role may do what the role may: the reading role cannot write.
 */
const createSimulator: CreateSimulator = (sandbox) => {
  const world = createAwsWorld(sandbox);
  const cloudwatch = createCloudWatch(world);
  const autoScaling = createAutoScaling(world);
  const ecs = createEcs(world);
  const iam = createIam(world);
  const lambda = createLambda(world);
  const rds = createRds(world);
  const logs = createLogs(world);
  const ssm = createSsm(world);
  const commands = createCommands(world);
  const logins = createLogins(world);
  const calendars = createChangeCalendars(world);
  const sts = createSts(sandbox.now);
  const trail = createTrail(sandbox, sts, () => world.pageOf);
  const notices = createNotices(world);
  const settable = [autoScaling, ecs, iam, lambda, commands, logs, rds];
  const parts = [world, autoScaling, ecs, cloudwatch, iam, lambda, logs, rds, ssm, commands, logins, calendars, sts, trail];
  /** By the service of the signature's scope; `cloudwatch` is `monitoring` there. */
  const services: Readonly<Record<string, Answer>> = {
    autoscaling: autoScaling.answer,
    cloudtrail: trail.answer,
    cloudwatch: notices.within(cloudwatch.answer),
    ec2: (scope, action, request) => answerEc2(world, scope, action, request),
    ecs: ecs.answer,
    iam: iam.answer,
    lambda: lambda.answer,
    logs: logs.answer,
    rds: rds.answer,
    ssm: oneOf(commands, logins, calendars, ssm),
    sts: (_scope, action, request) => sts.answer(action, request),
  };

  const control = (request: WireRequest): JsonObject | undefined => {
    const { method, path, body } = request;
    const own = logins.control(request) ?? calendars.control(request) ?? trail.control(request);
    if (own) return own;
    if (method === 'GET' && path === '/automations') return plain({ automations: [...ssm.automations.all.values()] });
    if (method === 'GET' && path === '/instances') return plain({ instances: [...world.instances.values()] });
    if (method === 'GET' && path === '/logs') return plain({ streams: logs.streams() });
    if (method === 'GET' && path === '/metrics') return plain({ data: cloudwatch.published.all() });
    if (method === 'GET' && path === '/trail') return plain({ events: trail.events() });
    if (method !== 'POST' || path !== '/settings') return undefined;
    const wanted = JSON.parse(body.toString('utf8') || '{}') as Settings;
    set(world, ssm, wanted);
    for (const part of settable) part.set(wanted);
    if (wanted.metric) cloudwatch.metrics.set(wanted.metric);
    return { repeatedToken: ssm.repeatedToken };
  };

  return notices.beside({
    vendor: 'aws',
    claims: (request) => scopeOf(request) !== undefined,
    operation: operationOf,
    answer: answering(services, sts, trail),
    refusal,
    received: () => ({
      'log events': logs.streams().reduce((sum, { events }) => sum + events.length, 0),
      metrics: cloudwatch.published.all().length,
    }),
    controls: controlRoutes,
    control,
    environment: ({ address }) => ({
      AWS_ENDPOINT_URL: address,
      OPSSENTINEL_CLOUDWATCH_LOG_GROUP: sandboxGroup,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    }),
    reset: () => {
      for (const part of parts) part.reset();
    },
  });
};

/** Whoever may ask is answered by the service, and CloudTrail tells of it. */
const answering =
  (services: Readonly<Record<string, Answer>>, sts: Sts, trail: Trail) =>
  (request: WireRequest): WireResponse => {
    const scope = scopeOf(request);
    const operation = operationOf(request);
    const [service = '', action = ''] = operation.split(':');
    if (!scope?.account)
      return failure(request, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
    const forbidden = sts.forbids(scope, operation);
    if (forbidden) return failure(request, forbidden.code, forbidden.says, 400);
    const answered =
      lacking(request, operation, scope) ??
      services[service]?.(scope, action, request) ??
      failure(request, 'UnknownOperationException', `The sandbox does not know ${operation}.`, 501);
    trail.write(scope, operation, request, answered);
    return answered;
  };

/** What no part of its own takes. */
function set(world: AwsWorld, ssm: Ssm, wanted: Settings): void {
  if (wanted.repeatedToken) ssm.repeatedToken = wanted.repeatedToken;
  if (wanted.nextAutomation) ssm.automations.endNextWith(wanted.nextAutomation);
  if (wanted.children) ssm.automations.becomeParent(wanted.children);
  if (wanted.documentContent) world.replaceDocument(wanted.documentContent.name, wanted.documentContent.content);
  if (wanted.pageOf) world.pageOf = wanted.pageOf;
  const instance = wanted.instance ? world.instances.get(wanted.instance.id) : undefined;
  if (instance) Object.assign(instance, wanted.instance);
}

const controlRoutes: Readonly<Record<string, string>> = {
  'GET /automations': 'the SSM Automations that were started',
  'GET /instances': 'the EC2 instances',
  'GET /logs': 'the streams of CloudWatch Logs with what arrived',
  'GET /metrics': 'what PutMetricData brought',
  'GET /sessions': 'who is on an instance by Session Manager',
  'POST /sessions': '`{"instance": "i-…", "owner": "ada"}` logs somebody in to an instance, with `"open": false` out again',
  'GET /calendars': 'the change calendars that were told of',
  'POST /calendars':
    '`{"name": "prod-changes", "events": [{"from": "…", "to": "…"}]}` is closed while one is on; with `"byDefault": "CLOSED"` open then',
  'GET /trail': 'who called what, as CloudTrail would tell it',
  'POST /trail':
    '`{"events": [{"name": "StartSession", "service": "ssm", "account": "…", "request": {…}}]}`: what people did elsewhere, for LookupEvents',
  'POST /settings': 'how automations, commands, rollouts, scaling and databases go on; aws.sim.ts lists them',
};

/**
 * `POST settings` takes any of `{"repeatedToken": "error"|"same-id", "nextAutomation": "Failed", "children": ["Failed", …], "documentContent": {"name": "…", "content": "…"},
 * "instance": {"id": "i-…", "state": "stopped", …}, "metric": {"namespace", "metric", "dimensions", "values": [newest, …]},
 * "nextScaling": "ScalingActivityInProgress"|"Failed"|"stuck", "group": {"name": "…", "scaleTo": 5, …},
 * "nextRollout": "FAILED"|"rolled-back"|"stuck", "service": {"cluster": "…", "name": "…", "deploys": true, …},
 * "nextInvocation": {"executedVersion": "8", …}, "nextCommand": {"status": "Failed", …}, "database": {"id": "…", "status": "…"}, "role": {"account": "…", "name": "…", "policies": […]}, "logs": {"retentionDays": 7},
 * "pageOf": 2}`; `POST sessions` has somebody log in, `POST calendars` sets a change calendar; `GET automations`, `GET instances`, `GET logs`,
 * `GET metrics` (what PutMetricData brought) and `GET trail` (who called what, as CloudTrail
 * would tell it) show what there is.
 */
interface Settings extends ScalingSettings, EcsSettings, IamSettings, LambdaSettings, CommandSettings, RdsSettings, LogsSettings {
  repeatedToken?: 'error' | 'same-id';
  nextAutomation?: string;
  children?: string[];
  documentContent?: { name: string; content: string };
  instance?: { id: string; [field: string]: unknown };
  metric?: SettableSeries;
  pageOf?: number;
}

const plain = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

export default createSimulator;
