import { defineAction } from '../../contract/action.js';
import type { AwsClient } from '../client.js';
import { functionGrants, functionParams, functionPermissions, readFunction } from './lambda-function.js';
import { findInvocation, invokeFunction, waitForInvocation } from './lambda-invocation.js';
import { aimsAt, refused } from './parameters.js';
import { seenInvoked } from './seen-document.js';

/**
 * The same with a durable function only. Its execution has the attempt key as its name, and Lambda runs each name once (contracts 5.3):
 * so a lost answer is found again, and what is proven absent may be started again.
 */
export const lambdaInvokeDurable = defineAction<AwsClient>()({
  id: 'aws.lambda.invoke-durable',
  summary: 'Invoke a pinned version of a durable Lambda function; a repeat of it finds the same execution.',
  risk: 'disruptive',
  idempotency: 'named',
  permissions: functionPermissions,
  grants: functionGrants,
  params: functionParams,
  says: ({ function: name, version }) => `durable Lambda ${name} version ${version}`,
  preState: async (call, wanted, target) => {
    aimsAt(Object.values(wanted.payload), target);
    const found = await readFunction(call, wanted);
    if (!found.durable) throw refused(`${wanted.function} version ${wanted.version} is not durable; use aws.lambda.invoke`);
    return found;
  },
  start: invokeFunction,
  wait: waitForInvocation,
  adopt: findInvocation,
  seenDone: (call, { function: name }, target, within) => seenInvoked(call, name, target, within),
  undo: 'none',
});
