import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { element, failure, formOf, queryResult, type Scope, isRead } from './wire.js';

/** A role that somebody assumed: what CloudTrail would show beside each of its calls. */
export interface SimulatedSession {
  account: string;
  role: string;
  name: string;
  sourceIdentity: string;
  tags: Record<string, string>;
  /** Epoch milliseconds. */
  until: number;
}

export interface Sts {
  /** By access key id. */
  sessions: Map<string, SimulatedSession>;
  answer: (action: string, request: WireRequest) => WireResponse | undefined;
  /** Why a session may not do this: it has ended, or its role may only read. `undefined`: it may. */
  forbids: (scope: Scope, operation: string) => { code: string; says: string } | undefined;
  reset: () => void;
}

/** The roles that exist in every account of the sandbox. */
const roles: Readonly<Record<string, 'read' | 'act'>> = { OpsSentinelRead: 'read', OpsSentinelAct: 'act' };

/** STS AssumeRole, and what the roles may do. */
export function createSts(now: () => number): Sts {
  const sessions = new Map<string, SimulatedSession>();
  let count = 0;
  const assume = (request: WireRequest): WireResponse => {
    const form = formOf(request);
    const [, account, role] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/([\w+=,.@-]{1,64})$/.exec(form.get('RoleArn') ?? '') ?? [];
    const name = form.get('RoleSessionName') ?? '';
    const sourceIdentity = form.get('SourceIdentity') ?? '';
    // Patterns and lengths: AssumeRole in the STS model, contracts 5.9.
    if (!/^[\w+=,.@-]{2,64}$/.test(name) || !/^[\w+=,.@-]{2,64}$/.test(sourceIdentity))
      return failure(
        request,
        'ValidationError',
        'Value failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*',
      );
    if (!account || !role || !roles[role])
      return failure(
        request,
        'AccessDenied',
        `User is not authorized to perform: sts:AssumeRole on resource: ${form.get('RoleArn') ?? ''}`,
        403,
      );
    const seconds = Number(form.get('DurationSeconds') ?? 3_600);
    const until = now() + seconds * 1_000;
    const key = `SANDBOX${account}S${(count += 1)}`;
    sessions.set(key, { account, role, name, sourceIdentity, tags: tagsIn(form), until });
    const credentials =
      element('AccessKeyId', key) +
      element('SecretAccessKey', 'sandbox') +
      element('SessionToken', `session-${count}`) +
      element('Expiration', new Date(until).toISOString());
    const user =
      element('AssumedRoleId', `AROASANDBOX:${name}`) + element('Arn', `arn:aws:sts::${account}:assumed-role/${role}/${name}`);
    return queryResult(
      'https://sts.amazonaws.com/doc/2011-06-15/',
      'AssumeRole',
      `<Credentials>${credentials}</Credentials><AssumedRoleUser>${user}</AssumedRoleUser>${element('SourceIdentity', sourceIdentity)}`,
    );
  };
  return {
    sessions,
    answer: (action, request) => (action === 'AssumeRole' ? assume(request) : undefined),
    forbids: ({ key }, operation) => {
      if (!/S\d+$/.test(key)) return undefined;
      const session = sessions.get(key);
      if (!session || session.until <= now())
        return { code: 'ExpiredTokenException', says: 'The security token included in the request is expired' };
      if (roles[session.role] === 'act' || isRead(operation)) return undefined;
      const who = `arn:aws:sts::${session.account}:assumed-role/${session.role}/${session.name}`;
      return { code: 'AccessDeniedException', says: `User: ${who} is not authorized to perform: ${operation}` };
    },
    reset: () => sessions.clear(),
  };
}

function tagsIn(form: URLSearchParams): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const [name, value] of form) {
    const [, index] = /^Tags\.member\.(\d+)\.Key$/.exec(name) ?? [];
    if (index !== undefined) tags[value] = form.get(`Tags.member.${index}.Value`) ?? '';
  }
  return tags;
}
