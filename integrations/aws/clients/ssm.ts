import {
  DescribeAutomationExecutionsCommand,
  type DescribeAutomationExecutionsCommandInput,
  DescribeDocumentCommand,
  type DescribeDocumentCommandInput,
  DescribeInstanceInformationCommand,
  type DescribeInstanceInformationCommandInput,
  DescribeSessionsCommand,
  type DescribeSessionsCommandInput,
  GetCalendarStateCommand,
  type GetCalendarStateCommandInput,
  GetAutomationExecutionCommand,
  type GetAutomationExecutionCommandInput,
  ListCommandInvocationsCommand,
  type ListCommandInvocationsCommandInput,
  ListCommandsCommand,
  type ListCommandsCommandInput,
  ListTagsForResourceCommand,
  type ListTagsForResourceCommandInput,
  SendCommandCommand,
  type SendCommandCommandInput,
  SSMClient,
  StartAutomationExecutionCommand,
  type StartAutomationExecutionCommandInput,
  StopAutomationExecutionCommand,
  type StopAutomationExecutionCommandInput,
  CancelCommandCommand,
  type CancelCommandCommandInput,
  GetCommandInvocationCommand,
  type GetCommandInvocationCommandInput,
} from '@aws-sdk/client-ssm';
import type { At, Connection } from './connection.js';

export function ssmCalls(connection: Connection) {
  const { read, write } = connection((settings) => new SSMClient(settings));
  return {
    describeInstanceInformation: (at: At, input: DescribeInstanceInformationCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeInstanceInformationCommand(input), options)),
    describeSessions: (at: At, input: DescribeSessionsCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeSessionsCommand(input), options)),
    describeDocument: (at: At, input: DescribeDocumentCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeDocumentCommand(input), options)),
    getAutomation: (at: At, input: GetAutomationExecutionCommandInput) =>
      read(at, (sdk, options) => sdk.send(new GetAutomationExecutionCommand(input), options)),
    getCalendarState: (at: At, input: GetCalendarStateCommandInput) =>
      read(at, (sdk, options) => sdk.send(new GetCalendarStateCommand(input), options)),
    describeAutomations: (at: At, input: DescribeAutomationExecutionsCommandInput) =>
      read(at, (sdk, options) => sdk.send(new DescribeAutomationExecutionsCommand(input), options)),
    listTags: (at: At, input: ListTagsForResourceCommandInput) =>
      read(at, (sdk, options) => sdk.send(new ListTagsForResourceCommand(input), options)),
    startAutomation: (at: At, input: StartAutomationExecutionCommandInput) =>
      write(at, (sdk, options) => sdk.send(new StartAutomationExecutionCommand(input), options)),
    stopAutomation: (at: At, input: StopAutomationExecutionCommandInput) =>
      write(at, (sdk, options) => sdk.send(new StopAutomationExecutionCommand(input), options)),
    sendCommand: (at: At, input: SendCommandCommandInput) =>
      write(at, (sdk, options) => sdk.send(new SendCommandCommand(input), options)),
    cancelCommand: (at: At, input: CancelCommandCommandInput) =>
      write(at, (sdk, options) => sdk.send(new CancelCommandCommand(input), options)),
    listCommands: (at: At, input: ListCommandsCommandInput) =>
      read(at, (sdk, options) => sdk.send(new ListCommandsCommand(input), options)),
    listInvocations: (at: At, input: ListCommandInvocationsCommandInput) =>
      read(at, (sdk, options) => sdk.send(new ListCommandInvocationsCommand(input), options)),
    getInvocation: (at: At, input: GetCommandInvocationCommandInput) =>
      read(at, (sdk, options) => sdk.send(new GetCommandInvocationCommand(input), options)),
  };
}
