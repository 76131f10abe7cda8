import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  type CreateLogStreamCommandInput,
  PutLogEventsCommand,
  type PutLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { At, Connection } from './connection.js';

export function logsCalls(connection: Connection) {
  const { write } = connection((settings) => new CloudWatchLogsClient(settings));
  return {
    createStream: (at: At, input: CreateLogStreamCommandInput) =>
      write(at, (sdk, options) => sdk.send(new CreateLogStreamCommand(input), options)),
    putEvents: (at: At, input: PutLogEventsCommandInput) =>
      write(at, (sdk, options) => sdk.send(new PutLogEventsCommand(input), options)),
  };
}
