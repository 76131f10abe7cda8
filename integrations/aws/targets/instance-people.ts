import { clock } from '../../../domain/words.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { clean } from '../errors.js';
import { allOf } from './surroundings.js';

/** DescribeSessions gives at most so many at once (the model of 2014-11-06). */
const pageOf = 200;
const mostSessions = 1_000;

/**
 * Who has a session of Session Manager on the instance, connected or left open, for people. SSH past Session Manager is not seen: no service
 * of AWS lists it. Throws VendorError.
 */
export async function peopleOn(call: CallWith<Pick<AwsClient, 'ssm'>>, id: string): Promise<string[]> {
  const sessions = await allOf('sessions', mostSessions, async (token) => {
    const { Sessions = [], NextToken } = await call.client.ssm.describeSessions(call, {
      State: 'Active',
      Filters: [{ key: 'Target', value: id }],
      MaxResults: pageOf,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    return { items: Sessions, next: NextToken };
  });
  return sessions
    .filter(({ Target }) => Target === id)
    .map(({ Owner, StartDate }) => {
      const since = StartDate === undefined ? '' : ` since ${clock(StartDate.getTime(), call.now())}`;
      return `${nameOf(Owner ?? '')} by Session Manager${since}`;
    });
}

/** `arn:aws:sts::…:assumed-role/Admin/ada`, `arn:aws:iam::…:user/ada`, `arn:aws:iam::…:root`: the last part is the person, as far as AWS knows. */
const nameOf = (owner: string): string => clean(owner.split(/[/:]/).at(-1) ?? '', 64) || 'somebody';
