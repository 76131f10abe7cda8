import type { Target } from '../../../domain/target.js';
import { isoSeconds } from '../../../domain/words.js';
import type { Seen } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';
import { ofInstance } from '../trail/subjects.js';
import type { Within } from '../trail/writes.js';
import { readInstance } from './ec2-instance.js';
import { attributed, combined, seenInTrail, type Wanted } from './seen-trail.js';

const restart: Wanted = {
  operations: ['StartInstances', 'StopInstances'],
  same: (writes) => {
    const stopped = writes.findLast(({ name }) => name === 'StopInstances');
    return stopped && writes.find(({ name, at }) => name === 'StartInstances' && at >= stopped.at);
  },
};

const reboot: Wanted = {
  operations: ['RebootInstances'],
  same: (writes) => writes.find(({ name }) => name === 'RebootInstances'),
};

/** Whether an instance was stopped and started within this time: by its launch time, and by CloudTrail where that says nothing. */
export async function seenRestarted(call: CallWith<AwsClient>, target: Target, within: Within): Promise<Seen> {
  const shown = await seenLaunched(call, target, within);
  const subject = ofInstance(target);
  if (shown.what === 'done') return attributed(call, subject, restart, within, shown);
  return combined(shown, await seenInTrail(call, subject, restart, within));
}

/** A reboot moves nothing that can be read later, so CloudTrail alone tells of it; a stop and start is something else. */
export async function seenRebooted(call: CallWith<AwsClient>, target: Target, within: Within): Promise<Seen> {
  const trail = await seenInTrail(call, ofInstance(target), reboot, within);
  if (trail.what === 'done') return trail;
  const shown = await seenLaunched(call, target, within);
  return combined(shown.what === 'done' ? { ...shown, what: 'other' } : shown, trail);
}

/** Its launch time moves with every start, never with a reboot. EC2 tells the last one alone. */
async function seenLaunched(call: CallWith<AwsClient>, { name }: Target, { since, until }: Within): Promise<Seen> {
  const now = await stateOf(call, name);
  if (now === undefined || now.state === 'terminated' || now.state === 'shutting-down')
    return { what: 'other', says: `${name} is not there any more` };
  const launched = Date.parse(now.launchTime);
  if (Number.isNaN(launched)) return { what: 'unknown', says: `EC2 tells no launch time of ${name}` };
  if (launched > until) return { what: 'unknown', says: `${name} was started after that, which hides what came before` };
  if (launched >= since) return { what: 'done', says: `${name} was started anew at ${isoSeconds(launched)} (EC2 launch time)` };
  if (now.state !== 'running') return { what: 'other', says: `${name} is ${now.state}` };
  return { what: 'not done', says: `${name} has run since ${isoSeconds(launched)} (EC2 launch time)` };
}

async function stateOf(call: CallWith<AwsClient>, name: string) {
  try {
    return await readInstance(call, name);
  } catch (error) {
    if (error instanceof VendorError && error.fault === 'absent') return undefined;
    throw error;
  }
}
