import type { SandboxWorld } from '../../contract/simulator.js';
import type { Sts } from './sts.js';
import type { Scope } from './wire.js';

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
}

export interface Trail {
  write: (scope: Scope, operation: string) => void;
  events: () => readonly TrailEvent[];
  reset: () => void;
}

/** Who called what: every answered call, in order. */
export function createTrail(sandbox: SandboxWorld, sts: Sts): Trail {
  const events: TrailEvent[] = [];
  return {
    write: ({ account, region, key }, operation) => {
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
      });
    },
    events: () => events,
    reset: () => void (events.length = 0),
  };
}
