import {
  GetDurableExecutionCommand,
  type GetDurableExecutionCommandInput,
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandInput,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  type ListDurableExecutionsByFunctionCommandInput,
} from '@aws-sdk/client-lambda';
import type { At, Connection } from './connection.js';

/** A synchronous invocation answers when the function has ended: longer than any other call. Milliseconds. */
export const longestInvocation = 50_000;

export function lambdaCalls(connection: Connection, invocationMs: number = longestInvocation) {
  const { read } = connection((settings) => new LambdaClient(settings));
  const { write } = connection((settings) => new LambdaClient(settings), invocationMs);
  return {
    getFunction: (at: At, input: GetFunctionConfigurationCommandInput) =>
      read(at, (sdk, options) => sdk.send(new GetFunctionConfigurationCommand(input), options)),
    listExecutions: (at: At, input: ListDurableExecutionsByFunctionCommandInput) =>
      read(at, (sdk, options) => sdk.send(new ListDurableExecutionsByFunctionCommand(input), options)),
    getExecution: (at: At, input: GetDurableExecutionCommandInput) =>
      read(at, (sdk, options) => sdk.send(new GetDurableExecutionCommand(input), options)),
    invoke: (at: At, input: InvokeCommandInput) => write(at, (sdk, options) => sdk.send(new InvokeCommand(input), options)),
  };
}
