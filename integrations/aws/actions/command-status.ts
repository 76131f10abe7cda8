import type { EffectEnd } from '../../../domain/effect.js';
import type { AwsClient } from '../client.js';
import { clean } from '../errors.js';

type Invocation = Awaited<ReturnType<AwsClient['ssm']['getInvocation']>>;

/**
 * Every status of a command's invocation on one instance (contracts 5.2). A value that is not here is still running: never a success by
 * ignorance.
 */
export const invocationStatuses: Readonly<Record<string, 'running' | 'succeeded' | 'failed'>> = {
  Pending: 'running',
  InProgress: 'running',
  Delayed: 'running',
  Cancelling: 'running',
  Success: 'succeeded',
  Cancelled: 'failed',
  Failed: 'failed',
  TimedOut: 'failed',
};

/**
 * What StatusDetails adds, by its name without spaces and in lower case: the API and the console spell it differently (contracts 5.2).
 * A detail alone ends a command too: Terminated and Undeliverable come with Status Failed, or with one that says less.
 */
const details: Readonly<Record<string, string>> = {
  deliverytimedout: 'the agent did not take it in time, so it did not run',
  executiontimedout: 'it ran longer than it may',
  undeliverable: 'it could not be delivered, so it did not run',
  terminated: 'its command was ended before it reached the instance',
  invalidplatform: 'the document is for another platform',
  accessdenied: 'the instance may not be told what to run',
  incomplete: 'it was not delivered in time, so it did not run',
  ratelimitexceeded: 'too many commands at once',
  rateexceeded: 'too many commands at once',
  noinstancesintag: 'it found no instance',
};

/** How it ended on this instance, or `undefined` while it runs. Success only means exit code 0 (contracts 5.2). */
export function endOfCommand(invocation: Invocation, pinnedVersion: string): EffectEnd | undefined {
  const detail = details[(invocation.StatusDetails ?? '').replace(/[^A-Za-z]/g, '').toLowerCase()];
  const status = detail === undefined ? (invocationStatuses[invocation.Status ?? ''] ?? 'running') : 'failed';
  if (status === 'running') return undefined;
  const { DocumentVersion: ran, ResponseCode: code } = invocation;
  // What the answer says ran is the proof of the pin.
  if (ran !== undefined && ran !== '' && ran !== pinnedVersion)
    return { status: 'failed', says: `it ran document version ${clean(ran, 40)}, and ${pinnedVersion} is pinned` };
  if (status === 'failed') return { status, says: failure(invocation, detail) };
  if (code !== 0)
    return {
      status: 'unknown',
      says: `SSM says Success with exit code ${code ?? 'unknown'}; whether it did its work is not known`,
    };
  if (!ran) return { status: 'unknown', says: 'exit code 0, and SSM does not say which document version ran' };
  return { status, says: `exit code 0${lastLine(invocation.StandardOutputContent)}, document version ${ran} as pinned` };
}

function failure(
  { Status, StatusDetails, ResponseCode, StandardErrorContent, StandardOutputContent }: Invocation,
  detail?: string,
) {
  const name = clean(StatusDetails || Status || 'Failed', 60);
  const because = detail ? `: ${detail}` : '';
  // -1: it never ran.
  const code = ResponseCode !== undefined && ResponseCode > 0 ? `, exit code ${ResponseCode}` : '';
  return `${name}${because}${code}${lastLine(StandardErrorContent) || lastLine(StandardOutputContent)}`;
}

/** What the script said last, for people. SSM cuts stdout at 24,000 and stderr at 8,000 characters (contracts 5.2), and says so in a line. */
function lastLine(output = ''): string {
  const said = output
    .split(/[\r\n]+/)
    .map((line) => clean(line, 160))
    .filter((line) => line !== '' && !/^-+(Output|Error) truncated-+$/i.test(line));
  const line = said.at(-1);
  return line ? `, ${line}` : '';
}
