import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { FollowerDefinition } from '../../contract/follower.js';
import type { AwsClient } from '../client.js';
import { batches, eventOf, type LogEvent, outOfRange } from './log-events.js';

/** One stream: of all processes one follows at a time. */
const stream = 'ledger';

/**
 * Every line of the ledger as one JSON event. CloudWatch Logs removes no duplicates (contracts 6): each event carries its `seq`, by which
 * a reader does.
 */
export const cloudwatchLogs: FollowerDefinition<AwsClient> = {
  id: 'aws.cloudwatch.logs',
  summary: 'Every line of the ledger as a JSON event in a CloudWatch log group.',
  permissions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  on: ({ sinks }) => sinks.logGroup !== undefined,
  batch: 1_000,
  deliver: async (call, lines) => {
    const { logGroup } = call.client.sinks;
    if (logGroup === undefined) throw new VendorError('aws', 'forbidden', 'set OPSSENTINEL_CLOUDWATCH_LOG_GROUP');
    // Before anything is sent: whoever hears `refused` sends the lines again one by one.
    const strange = lines.find((line) => outOfRange(line, call.now()));
    if (strange) throw new VendorError('aws', 'refused', `CloudWatch Logs takes no event of ${strange.at}`);
    for (const events of batches(lines.map(eventOf))) await put(call, logGroup, events);
  },
};

async function put(call: CallWith<AwsClient>, logGroupName: string, logEvents: LogEvent[]): Promise<void> {
  const request = { logGroupName, logStreamName: stream, logEvents };
  const { rejectedLogEventsInfo: rejected } = await call.client.logs.putEvents(call, request).catch(async (error: unknown) => {
    if (!(error instanceof VendorError) || error.fault !== 'absent') throw error;
    await createStream(call, logGroupName);
    return call.client.logs.putEvents(call, request);
  });
  if (!rejected) return;
  // Answered with 200 all the same. What it took of the rest comes again with these, by the same `seq`.
  const { tooOldLogEventEndIndex: old, tooNewLogEventStartIndex: fresh, expiredLogEventEndIndex: expired } = rejected;
  const why = [
    old === undefined ? '' : `${old} too old`,
    expired === undefined ? '' : `${expired} older than its retention`,
    fresh === undefined ? '' : `${logEvents.length - fresh} in the future`,
  ];
  throw new VendorError('aws', 'refused', `CloudWatch Logs dropped events: ${why.filter(Boolean).join(', ')}`);
}

/** Also when somebody else makes it at the same time. A missing group is for people to mend: no line is given up for it. */
async function createStream(call: CallWith<AwsClient>, logGroupName: string): Promise<void> {
  try {
    await call.client.logs.createStream(call, { logGroupName, logStreamName: stream });
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    if (error.fault === 'conflict') return;
    if (error.fault !== 'absent') throw error;
    throw new VendorError(
      'aws',
      'forbidden',
      `there is no log group ${logGroupName}; create it, with the retention that you need`,
    );
  }
}
