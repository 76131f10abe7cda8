import type { SandboxWorld, WireRequest } from '../../contract/simulator.js';
import type { Sts } from './sts.js';
import { formOf, isQuery, membersOf, type Scope } from './wire.js';

/** One call as CloudTrail would tell it: `userIdentity.sessionContext` flattened (contracts 5.9). */
export interface TrailEvent {
  /** ISO 8601, UTC. */
  at: string;
  operation: string;
  account: string;
  region: string;
  /** Empty where no role was assumed. */
  role: string;
  session: string;
  sourceIdentity: string;
  /** Session tag `opssentinel:incident`. */
  incident: string;
  /** What was asked for: members of the body, fields of the form, parts of the path. */
  requestParameters: Record<string, unknown>;
}

export interface Trail {
  write: (scope: Scope, operation: string, request: WireRequest) => void;
  events: () => readonly TrailEvent[];
  reset: () => void;
}

/** Who called what: every answered call, in order. */
export function createTrail(sandbox: SandboxWorld, sts: Sts): Trail {
  const events: TrailEvent[] = [];
  return {
    write: (scope, operation, request) => {
      const { account, region, key } = scope;
      const session = sts.sessions.get(key);
      events.push({
        at: new Date(sandbox.now()).toISOString(),
        operation,
        account,
        region,
        role: session?.role ?? '',
        session: session?.name ?? '',
        sourceIdentity: session?.sourceIdentity ?? '',
        incident: session?.tags['opssentinel:incident'] ?? '',
        requestParameters: parametersOf(scope, operation, request),
      });
    },
    events: () => events,
    reset: () => void (events.length = 0),
  };
}

function parametersOf({ service }: Scope, operation: string, request: WireRequest): Record<string, unknown> {
  if (service === 'lambda') return pathParameters(request);
  const parameters: Record<string, unknown> = isQuery(service) ? Object.fromEntries(formOf(request)) : { ...membersOf(request) };
  // contracts 5.9: CloudTrail shows no parameters of a command.
  return operation === 'ssm:SendCommand' && 'Parameters' in parameters
    ? { ...parameters, Parameters: 'HIDDEN_DUE_TO_SECURITY_REASONS' }
    : parameters;
}

/** CloudTrail shows no payload of an invocation. */
function pathParameters({ path, query }: WireRequest): Record<string, unknown> {
  const [, , kind = '', name = ''] = path.split('/');
  const qualifier = query.get('Qualifier');
  return {
    [kind === 'functions' ? 'functionName' : 'durableExecutionArn']: decodeURIComponent(name),
    ...(qualifier === null ? {} : { qualifier }),
  };
}
