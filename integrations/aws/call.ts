import type { CallWith, Place } from '../contract/call.js';
import type { AwsClient } from './client.js';

/** A call as far as a read needs it. */
export type Reading<Service extends keyof AwsClient> = Pick<
  CallWith<Pick<AwsClient, Service>>,
  'place' | 'signal' | 'incident' | 'client'
>;

/** The same call at another region, or another account: there our role is not known, and it is refused rather than guessed. */
export function within<At extends { place: Place }>(call: At, { account, region }: Place): At {
  const { role } = call.place;
  return { ...call, place: { account, region, ...(account === call.place.account && role !== undefined ? { role } : {}) } };
}
