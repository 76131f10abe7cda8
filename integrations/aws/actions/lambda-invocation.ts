import type { Adoption, EffectEnd, EffectStatus } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { Attempt } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';
import { endOfExecution, endOfInvocation } from './lambda-answer.js';
import { type FunctionParams, recorded, reserved } from './lambda-function.js';
import { mayBegin } from './parameters.js';
import { watch } from './watch.js';

/** What `start` and `adopt` hand to `wait`: how it ended, or where that can be read. */
interface InvocationRef extends JsonObject {
  function: string;
  version: string;
  /** Epoch milliseconds. */
  startedAt: number;
}

interface AnsweredRef extends InvocationRef {
  status: EffectStatus;
  says: string;
}

interface DurableRef extends InvocationRef {
  executionArn: string;
  /** Milliseconds. */
  longestMs: number;
}

/** Invokes the pinned version once and waits for its answer; a durable function is told the attempt key as the execution's name. */
export async function invokeFunction(
  call: CallWith<AwsClient>,
  wanted: FunctionParams,
  { key, startBy, preState }: Attempt,
): Promise<{ ref: JsonObject; says: string }> {
  const { durable, timeoutSeconds } = recorded(preState, wanted);
  mayBegin(call.now(), startBy);
  const startedAt = call.now();
  const payload = { ...wanted.payload, [reserved]: { key, incident: call.incident } };
  const answer = await call.client.lambda.invoke(call, {
    FunctionName: wanted.function,
    Qualifier: wanted.version,
    InvocationType: 'RequestResponse',
    Payload: new TextEncoder().encode(JSON.stringify(payload)),
    ...(durable ? { DurableExecutionName: key } : {}),
  });
  if (answer.StatusCode !== 200)
    throw new VendorError('aws', 'ambiguous', `lambda:Invoke answered ${answer.StatusCode ?? 'no status'} to a synchronous call`);
  const end = endOfInvocation(answer, wanted.version);
  if (durable && answer.DurableExecutionArn !== undefined)
    return { ref: durableRef(wanted, answer.DurableExecutionArn, startedAt, timeoutSeconds), says: end.says };
  const { status, says } = end;
  const ref: AnsweredRef = { function: wanted.function, version: wanted.version, startedAt, status, says };
  // What it answered is told once, by the wait.
  return { ref, says: `lambda:Invoke: ${wanted.function} version ${wanted.version} has answered` };
}

const durableRef = (wanted: FunctionParams, executionArn: string, startedAt: number, timeoutSeconds: number): DurableRef => ({
  function: wanted.function,
  version: wanted.version,
  executionArn,
  startedAt,
  // What it may take by its own configuration, and a minute for Lambda to notice.
  longestMs: (timeoutSeconds + 60) * 1_000,
});

/** How it ended: known since its answer, or read where durable executions are kept. */
export async function waitForInvocation(call: CallWith<AwsClient>, ref: JsonObject): Promise<EffectEnd> {
  if ('status' in ref) {
    const { status, says } = ref as AnsweredRef;
    return { status, says };
  }
  const { executionArn, version, startedAt, longestMs } = ref as DurableRef;
  return watch(call, { id: executionArn, by: 'Lambda', startedAt, longestMs }, async () =>
    endOfExecution(await call.client.lambda.getExecution(call, { DurableExecutionArn: executionArn }), version),
  );
}

/** Pages of executions of one name: there is one, or none. */
const mostPages = 3;

/** Looks for the execution that has our key as its name. Of a function that is not durable nothing is kept: nobody can tell. */
export async function findInvocation(
  call: CallWith<AwsClient>,
  wanted: FunctionParams,
  { key, preState }: Pick<Attempt, 'key' | 'preState'>,
): Promise<Adoption> {
  const { durable, timeoutSeconds } = recorded(preState, wanted);
  if (!durable) return { found: false, certain: false };
  let marker: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    call.heartbeat();
    const { DurableExecutions = [], NextMarker } = await call.client.lambda.listExecutions(call, {
      FunctionName: wanted.function,
      Qualifier: wanted.version,
      DurableExecutionName: key,
      ...(marker ? { Marker: marker } : {}),
    });
    const ours = DurableExecutions.find(({ DurableExecutionName }) => DurableExecutionName === key);
    if (ours?.DurableExecutionArn !== undefined) {
      const startedAt = ours.StartTimestamp?.getTime() ?? call.now();
      return { found: true, ref: durableRef(wanted, ours.DurableExecutionArn, startedAt, timeoutSeconds) };
    }
    if (!NextMarker) return { found: false, certain: true };
    marker = NextMarker;
  }
  return { found: false, certain: false };
}
