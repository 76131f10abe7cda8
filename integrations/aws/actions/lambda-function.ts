import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { Grant, GrantUse } from '../../contract/grant.js';
import { functionArn } from '../arn.js';
import type { AwsClient } from '../client.js';
import { longestInvocation } from '../clients/lambda.js';
import { trailGrant, trailRight } from '../trail/writes.js';
import { inGrant, parameterValue, pinnedVersion, refused } from './parameters.js';

/** The member of every payload that is ours: a function that is told the same key again can say no. */
export const reserved = 'opssentinel';

export const functionParams = z.strictObject({
  function: z
    .string()
    .regex(
      /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/,
      'is the bare name of a function: an ARN may lead to another account, and what follows a colon may be an alias',
    ),
  version: pinnedVersion('function'),
  payload: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,49}$/, 'is a name of at most 50 letters, digits and _'),
      z.union([parameterValue, z.number(), z.boolean()]),
    )
    .refine((payload) => Object.keys(payload).length <= 50, 'has more than 50 entries')
    .refine((payload) => !(reserved in payload), `names ${reserved}, which carries the attempt key and the incident`),
  sha256: z
    .string()
    .regex(
      /^(?:[0-9a-f]{64}|[A-Za-z0-9+/]{43}=)$/,
      'is the SHA-256 of the code, in hex or as Lambda shows it (CodeSha256, base64)',
    )
    .exactOptional(),
});

export type FunctionParams = z.infer<typeof functionParams>;

/** What admission records of the function, and `start` and `adopt` rely on. */
export interface RecordedFunction extends JsonObject {
  function: string;
  version: string;
  /** As Lambda tells it: base64. */
  codeSha256: string;
  /** Whether invocations of it have names, and are found again by them. */
  durable: boolean;
  /** The longest that one execution may take. */
  timeoutSeconds: number;
}

/** Before a function runs at all, its environment may take this long to begin (Lambda's limit for the init phase). Milliseconds. */
const longestInit = 10_000;
/** A synchronous invocation of a durable function may take so long, like any other (Lambda developer guide, durable-invocation). Seconds. */
const longestDurable = 900;

/** Reads the function at its pinned version. Throws when it is not there, not what was approved, or may run longer than anybody waits. */
export async function readFunction(call: CallWith<AwsClient>, wanted: FunctionParams): Promise<RecordedFunction> {
  const which = `${wanted.function} version ${wanted.version}`;
  const found = await call.client.lambda.getFunction(call, { FunctionName: wanted.function, Qualifier: wanted.version });
  if (found.Version !== wanted.version) throw refused(`asked for ${which}, Lambda answered version ${found.Version ?? 'none'}`);
  if (found.State !== undefined && found.State !== 'Active')
    throw new VendorError('aws', 'conflict', `${which} is ${found.State}, not Active`);
  const codeSha256 = found.CodeSha256 ?? '';
  if (wanted.sha256 !== undefined && asBase64(wanted.sha256) !== codeSha256)
    throw refused(`the code of ${which} is not the one that was approved`);
  const durable = found.DurableConfig !== undefined;
  const timeoutSeconds = (durable ? found.DurableConfig?.ExecutionTimeout : found.Timeout) ?? Infinity;
  // The answer to a durable one can be read back however late it is; that of any other is lost when nobody waits for it any more.
  const limit = durable ? longestDurable : (longestInvocation - longestInit) / 1_000;
  if (timeoutSeconds > limit)
    throw refused(
      `${which} may run for ${timeoutSeconds} s; set its timeout to ${limit} s or less, for that is how long it is waited for`,
    );
  return { function: wanted.function, version: wanted.version, codeSha256, durable, timeoutSeconds };
}

const asBase64 = (sha256: string): string =>
  /^[0-9a-f]{64}$/.test(sha256) ? Buffer.from(sha256, 'hex').toString('base64') : sha256;

/** What was recorded, if it was recorded of this very function. */
export function recorded(preState: JsonObject, wanted: FunctionParams): RecordedFunction {
  const known = preState as RecordedFunction;
  if (known.function !== wanted.function || known.version !== wanted.version)
    throw refused('admission did not record the pinned function');
  return known;
}

/** The qualified ARN must be listed itself (contracts 5.8); of a durable execution it is the beginning (developer guide, durable-security). */
export function functionGrants({ account, region, params }: GrantUse): Grant[] {
  const unqualified = functionArn({ account, region }, inGrant(params['function']));
  const pinned = `${unqualified}:${inGrant(params['version'])}`;
  return [
    { sid: 'InvokePinnedFunction', actions: ['lambda:InvokeFunction'], resources: [pinned] },
    { sid: 'ReadPinnedFunction', actions: ['lambda:GetFunctionConfiguration'], resources: [unqualified, pinned], by: 'read' },
    {
      sid: 'ReadDurableExecutions',
      actions: ['lambda:ListDurableExecutionsByFunction', 'lambda:GetDurableExecution'],
      resources: [pinned, `${pinned}/durable-execution/*`],
    },
    trailGrant,
  ];
}

export const functionPermissions: readonly string[] = [
  'lambda:InvokeFunction',
  'lambda:GetFunctionConfiguration',
  'lambda:ListDurableExecutionsByFunction',
  'lambda:GetDurableExecution',
  trailRight,
];
