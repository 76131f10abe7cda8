import { defineAction } from '../../contract/action.js';
import type { AwsClient } from '../client.js';
import { functionGrants, functionParams, functionPermissions, readFunction } from './lambda-function.js';
import { findInvocation, invokeFunction, waitForInvocation } from './lambda-invocation.js';
import { aimsAt } from './parameters.js';
import { seenInvoked } from './seen-document.js';

/**
 * Invokes one function, pinned by version, and waits for its answer. Lambda has no token for ordinary functions (contracts 5.3): when the
 * answer is lost, nobody can tell. The attempt key travels in the payload, so that the function itself can refuse a repeat.
 */
export const lambdaInvoke = defineAction<AwsClient>()({
  id: 'aws.lambda.invoke',
  summary: 'Invoke a pinned version of a Lambda function and wait for its answer.',
  risk: 'disruptive',
  idempotency: 'at-most-once',
  permissions: functionPermissions,
  grants: functionGrants,
  params: functionParams,
  says: ({ function: name, version }) => `Lambda ${name} version ${version}`,
  preState: async (call, wanted, target) => {
    aimsAt(Object.values(wanted.payload), target);
    return readFunction(call, wanted);
  },
  start: invokeFunction,
  wait: waitForInvocation,
  adopt: findInvocation,
  seenDone: (call, { function: name }, target, within) => seenInvoked(call, name, target, within),
  undo: 'none',
});
