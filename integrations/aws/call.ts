import type { CallWith, Place } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
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

/** Whose it is stands in its ARN: what belongs to another account than the one that was meant is not touched. Throws `forbidden`. */
export function ofThisAccount(arn: string, { account }: Place): void {
  const [, owner] = /^arn:aws[a-z-]*:[a-z-]+:[a-z0-9-]*:([0-9]{12}):/.exec(arn) ?? [];
  if (owner === undefined) throw new VendorError('aws', 'unavailable', 'AWS answered without an ARN');
  if (owner !== account)
    throw new VendorError('aws', 'forbidden', `the credentials reach account ${owner}, and ${account} was meant`);
}
