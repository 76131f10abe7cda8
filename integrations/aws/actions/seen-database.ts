import type { Target } from '../../../domain/target.js';
import type { Seen } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { ofDatabase } from '../trail/subjects.js';
import type { Within } from '../trail/writes.js';
import { seenInTrail } from './seen-trail.js';

const operation = 'RebootDBInstance';

/** Whether a database was rebooted in the same way: CloudTrail alone tells who asked for it, and whether with a failover. */
export const seenDatabaseRebooted = (
  call: CallWith<AwsClient>,
  { failover }: { failover: boolean },
  target: Target,
  within: Within,
): Promise<Seen> =>
  seenInTrail(
    call,
    ofDatabase(target),
    {
      operations: [operation],
      same: (writes) =>
        writes.find(({ name, request }) => name === operation && (request['forceFailover'] === true) === failover),
    },
    within,
  );
