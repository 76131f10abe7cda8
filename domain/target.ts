import type { JsonObject } from './json.js';

/** One concrete resource, resolved by reading it. */
export interface Target {
  /** e.g. `aws.ec2.instance`. */
  type: string;
  /** Canonical and unique in the world, e.g. the ARN: locks, budgets and the protected list use it. */
  id: string;
  /** What people call it, e.g. `i-0aa11bb22cc33dd44`. */
  name: string;
  account: string;
  region: string;
  environment: string;
  tags: Record<string, string>;
  /** What `require` and runbook parameters may read. */
  facts: JsonObject;
  /** ISO 8601, UTC. */
  readAt: string;
}

/** `<account>/<region>/<service>`: what fails together. The service is the second part of the type, e.g. `ec2`. */
export function failureDomain(target: Pick<Target, 'account' | 'region' | 'type'>): string {
  return `${target.account}/${target.region}/${target.type.split('.')[1] ?? target.type}`;
}

/** What a rule aims at that names no single resource: all that carry these tags. */
export interface Tagged {
  tagged: Record<string, string>;
  max?: number | undefined;
}

export const isTagged = (target: string | object): target is Tagged =>
  typeof target === 'object' && 'tagged' in target && typeof target.tagged === 'object';
