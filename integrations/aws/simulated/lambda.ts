import { randomUUID } from 'node:crypto';
import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { codeHash, type SimulatedFunction, shippedFunctions } from './functions.js';
import { failure, json, requestId, type Scope } from './wire.js';
import type { AwsWorld } from './world.js';

export interface LambdaSettings {
  nextInvocation?: NextInvocation;
}

/** What the next invocation does beside its work. */
interface NextInvocation {
  /** Says that another version ran; empty: does not say which. */
  executedVersion?: string;
  /** A durable execution goes on for so long after it was begun. Milliseconds. */
  runsFor?: number;
}

export interface Lambda {
  answer: (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;
  set: (settings: LambdaSettings) => void;
  reset: () => void;
}

interface Execution {
  arn: string;
  name: string;
  functionArn: string;
  version: string;
  input: string;
  /** Epoch milliseconds. */
  startedAt: number;
  endsAt: number;
  outcome: Outcome;
}

type Outcome = { result: Record<string, unknown> } | { error: { errorType: string; errorMessage: string } };

/** The list of executions lags. Milliseconds at speed 1. */
const unlistedFor = 60;

/** Lambda in REST and JSON (contracts 5.3). */
export function createLambda(world: AwsWorld): Lambda {
  const executions = new Map<string, Execution>();
  let next: NextInvocation = {};
  const now = () => world.sandbox.now();

  const invoke = (scope: Scope, found: SimulatedFunction, request: WireRequest): WireResponse => {
    const input = request.body.toString('utf8');
    const payload = membersOf(input);
    if (!payload) return failure(request, 'InvalidRequestContentException', 'Could not parse request body into json');
    const name = request.headers['x-amz-durable-execution-name'];
    if (name !== undefined && found.durable === undefined)
      return failure(request, 'InvalidParameterValueException', 'The function is not configured for durable executions.');
    const { executedVersion = found.version, runsFor = 0 } = next;
    next = {};
    if (found.durable === undefined) return answered(perform(world, scope, found, payload), executedVersion);
    // contracts 5.3: same name and payload → the existing run; another payload → DurableExecutionAlreadyStartedException.
    const known = executions.get(keyOf(scope, found, String(name)));
    if (known && known.input !== input)
      return failure(
        request,
        'DurableExecutionAlreadyStartedException',
        `Execution ${known.name} was started with another input.`,
        409,
      );
    const execution = known ?? {
      ...begin(scope, found, name),
      input,
      startedAt: now(),
      endsAt: now() + runsFor,
      outcome: perform(world, scope, found, payload),
    };
    executions.set(keyOf(scope, found, execution.name), execution);
    return answered(execution.outcome, executedVersion, execution.arn);
  };

  const list = (scope: Scope, found: SimulatedFunction, request: WireRequest): WireResponse => {
    const name = request.query.get('DurableExecutionName');
    const here = [...executions.values()].filter(
      (one) =>
        one.functionArn === arnOf(scope, found) &&
        (name === null || one.name === name) &&
        now() - one.startedAt >= world.paced(unlistedFor),
    );
    return json(request, { DurableExecutions: here.map((one) => listed(one, now())) });
  };

  const get = (scope: Scope, request: WireRequest): WireResponse => {
    const arn = decodeURIComponent(request.path.split('/')[3] ?? '');
    const found = [...executions.values()].find((one) => one.arn === arn && arn.includes(`:${scope.region}:${scope.account}:`));
    if (!found) return failure(request, 'ResourceNotFoundException', `Durable execution not found: ${arn}`, 404);
    return json(request, {
      ...listed(found, now()),
      Version: found.version,
      ...(found.endsAt <= now() ? endOf(found.outcome) : {}),
    });
  };

  return {
    answer: (scope, action, request) => {
      if (action === 'GetDurableExecution') return get(scope, request);
      if (!['Invoke', 'GetFunctionConfiguration', 'ListDurableExecutionsByFunction'].includes(action)) return undefined;
      const name = decodeURIComponent(request.path.split('/')[3] ?? '');
      const version = request.query.get('Qualifier') ?? '$LATEST';
      const found = shippedFunctions.find((one) => one.name === name && one.version === version);
      if (!found)
        return failure(request, 'ResourceNotFoundException', `Function not found: ${arnOf(scope, { name, version })}`, 404);
      if (action === 'Invoke') return invoke(scope, found, request);
      return action === 'GetFunctionConfiguration' ? json(request, configuration(scope, found)) : list(scope, found, request);
    },
    set: ({ nextInvocation }) => {
      if (nextInvocation) next = nextInvocation;
    },
    reset: () => {
      executions.clear();
      next = {};
    },
  };
}

/** Runs the function, and writes down what it was called for. */
function perform(world: AwsWorld, { account }: Scope, found: SimulatedFunction, payload: Record<string, unknown>): Outcome {
  const { key = '' } = (payload['opssentinel'] ?? {}) as { key?: string };
  const effect = { vendor: 'aws', operation: 'lambda:Invoke', target: String(payload['instanceId'] ?? ''), key };
  try {
    const result = found.run(world, account, payload);
    world.sandbox.effect({ ...effect, outcome: `ran ${found.name} version ${found.version}` });
    return { result };
  } catch (error) {
    world.sandbox.effect({ ...effect, outcome: `${found.name} version ${found.version} failed` });
    return { error: { errorType: (error as Error).name, errorMessage: (error as Error).message } };
  }
}

/** contracts 5.3: a function that failed answers with HTTP 200, X-Amz-Function-Error and its error, stack and all. */
function answered(outcome: Outcome, executedVersion: string, executionArn?: string): WireResponse {
  const failed = 'error' in outcome;
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId,
      ...(executedVersion ? { 'x-amz-executed-version': executedVersion } : {}),
      ...(failed ? { 'x-amz-function-error': 'Unhandled' } : {}),
      ...(executionArn ? { 'x-amz-durable-execution-arn': executionArn } : {}),
    },
    body: JSON.stringify(failed ? { ...outcome.error, stackTrace: ['at handler (/var/task/index.js:7:11)'] } : outcome.result),
  };
}

const arnOf = ({ account, region }: Scope, { name, version }: Pick<SimulatedFunction, 'name' | 'version'>): string =>
  `arn:aws:lambda:${region}:${account}:function:${name}:${version}`;

const keyOf = (scope: Scope, found: SimulatedFunction, name: string): string => `${arnOf(scope, found)} ${name}`;

function begin(scope: Scope, found: SimulatedFunction, name: string | string[] | undefined) {
  const given = typeof name === 'string' ? name : randomUUID();
  const functionArn = arnOf(scope, found);
  return { arn: `${functionArn}/durable-execution/${given}/${randomUUID()}`, name: given, functionArn, version: found.version };
}

/** Lambda API, Execution. Times are epoch seconds. */
const listed = ({ arn, name, functionArn, startedAt, endsAt, outcome }: Execution, now: number) => ({
  DurableExecutionArn: arn,
  DurableExecutionName: name,
  FunctionArn: functionArn,
  StartTimestamp: startedAt / 1_000,
  ...(endsAt <= now ? { EndTimestamp: endsAt / 1_000 } : {}),
  Status: endsAt > now ? 'RUNNING' : 'error' in outcome ? 'FAILED' : 'SUCCEEDED',
});

const endOf = (outcome: Outcome) =>
  'error' in outcome
    ? { Error: { ErrorType: outcome.error.errorType, ErrorMessage: outcome.error.errorMessage, StackTrace: ['at handler'] } }
    : { Result: JSON.stringify(outcome.result) };

const configuration = (scope: Scope, found: SimulatedFunction) => ({
  FunctionName: found.name,
  FunctionArn: arnOf(scope, found),
  Runtime: 'nodejs24.x',
  Role: `arn:aws:iam::${scope.account}:role/${found.name}`,
  Handler: 'index.handler',
  Timeout: found.timeout,
  MemorySize: 128,
  CodeSha256: codeHash(found),
  Version: found.version,
  State: found.state,
  LastUpdateStatus: 'Successful',
  PackageType: 'Zip',
  ...(found.durable === undefined ? {} : { DurableConfig: { ExecutionTimeout: found.durable, RetentionPeriodInDays: 14 } }),
});

function membersOf(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
