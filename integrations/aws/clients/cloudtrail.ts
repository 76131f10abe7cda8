import { CloudTrailClient, LookupEventsCommand, type LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import type { At, Connection } from './connection.js';

export function cloudTrailCalls(connection: Connection) {
  const { read } = connection((settings) => new CloudTrailClient(settings));
  return {
    lookupEvents: (at: At, input: LookupEventsCommandInput) =>
      read(at, (sdk, options) => sdk.send(new LookupEventsCommand(input), options)),
  };
}
