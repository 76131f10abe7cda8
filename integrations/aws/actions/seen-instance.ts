import type { Target } from '../../../domain/target.js';
import type { Seen } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';
import { readInstance } from './ec2-instance.js';

export interface Within {
  since: number;
  until: number;
}

/** `03:12:41Z on 2026-11-22`. */
export const momentOf = (ms: number): string => {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(11, 19)}Z on ${iso.slice(0, 10)}`;
};

/** Whether an instance was stopped and started within this time: its launch time moves with every start. EC2 tells the last one alone. */
export async function seenRestarted(call: CallWith<AwsClient>, { name }: Target, { since, until }: Within): Promise<Seen> {
  const now = await stateOf(call, name);
  if (now === undefined || now.state === 'terminated' || now.state === 'shutting-down')
    return { what: 'other', says: `${name} is not there any more` };
  const launched = Date.parse(now.launchTime);
  if (Number.isNaN(launched)) return { what: 'unknown', says: `EC2 tells no launch time of ${name}` };
  if (launched > until) return { what: 'unknown', says: `${name} was started after that, which hides what came before` };
  if (launched >= since) return { what: 'done', says: `${name} was started anew at ${momentOf(launched)} (EC2 launch time)` };
  if (now.state !== 'running') return { what: 'other', says: `${name} is ${now.state}` };
  return { what: 'not done', says: `${name} has run since ${momentOf(launched)} (EC2 launch time)` };
}

/** A reboot moves nothing that can be read later; a stop and start does, and is something else. */
export async function seenRebooted(call: CallWith<AwsClient>, target: Target, within: Within): Promise<Seen> {
  const seen = await seenRestarted(call, target, within);
  if (seen.what === 'done') return { what: 'other', says: seen.says };
  return seen.what === 'not done' ? { what: 'unknown', says: 'a reboot leaves no trace that could be read later' } : seen;
}

async function stateOf(call: CallWith<AwsClient>, name: string) {
  try {
    return await readInstance(call, name);
  } catch (error) {
    if (error instanceof VendorError && error.fault === 'absent') return undefined;
    throw error;
  }
}
