import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../domain/json.js';
import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { failure, json, membersOf, type Scope } from './wire.js';
import type { AwsWorld } from './world.js';

/** Somebody who is on an instance by Session Manager. */
export interface SimulatedLogin {
  id: string;
  instance: string;
  account: string;
  region: string;
  owner: string;
  /** Epoch milliseconds. */
  since: number;
}

export interface Logins {
  answer: (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;
  control: (request: WireRequest) => JsonObject | undefined;
  reset: () => void;
}

interface Asked {
  State: string;
  Filters: { key: string; value: string }[];
  NextToken: string;
}

/** People on instances by Session Manager, and SSM DescribeSessions. Source: the service's model (botocore ssm 2014-11-06). */
export function createLogins(world: AwsWorld): Logins {
  let open: SimulatedLogin[] = [];

  const describe = (scope: Scope, request: WireRequest): WireResponse => {
    const { State: state, Filters: filters = [], NextToken: token } = membersOf<Asked>(request);
    if (state !== 'Active' && state !== 'History')
      return failure(request, 'ValidationException', `${String(state)} is not one of [Active, History]`);
    const unknown = filters.find(({ key }) => key !== 'Target' && key !== 'Owner');
    if (unknown) return failure(request, 'InvalidFilterKey', `${unknown.key} is not simulated.`);
    const found = open.filter(
      (one) =>
        state === 'Active' &&
        one.account === scope.account &&
        one.region === scope.region &&
        filters.every(({ key, value }) => (key === 'Target' ? one.instance : one.owner) === value),
    );
    const { page, next } = world.page(found, token);
    return json(request, { Sessions: page.map(told), ...(next === undefined ? {} : { NextToken: next }) });
  };

  return {
    answer: (scope, action, request) => (action === 'DescribeSessions' ? describe(scope, request) : undefined),
    control: ({ method, path, body }) => {
      if (path !== '/sessions') return undefined;
      if (method === 'GET') return JSON.parse(JSON.stringify({ sessions: open })) as JsonObject;
      if (method !== 'POST') return undefined;
      const wanted = JSON.parse(body.toString('utf8') || '{}') as { instance?: string; owner?: string; open?: boolean };
      const instance = world.instances.get(wanted.instance ?? '');
      if (!instance) return { error: `There is no instance "${wanted.instance ?? ''}". GET /_sandbox/aws/instances lists them.` };
      const { id, account, region } = instance;
      const owner = `arn:aws:sts::${account}:assumed-role/Engineers/${wanted.owner ?? 'ada'}`;
      open = open.filter((one) => one.instance !== id || one.owner !== owner);
      if (wanted.open === false) return { instance: id, owner, open: false };
      open.push({ id: `ada-${randomUUID().slice(0, 17)}`, instance: id, account, region, owner, since: world.sandbox.now() });
      return { instance: id, owner, open: true };
    },
    reset: () => {
      open = [];
    },
  };
}

const told = ({ id, instance, owner, since }: SimulatedLogin): JsonObject => ({
  SessionId: id,
  Target: instance,
  Status: 'Connected',
  StartDate: since / 1_000,
  DocumentName: 'SSM-SessionManagerRunShell',
  Owner: owner,
  AccessType: 'Standard',
});
