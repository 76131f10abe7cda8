import { paceOf } from '../../decide/profiles.js';
import type { Registry } from '../../integrations/contract/registry.js';
import type { RightsFile, RightsFound } from '../../integrations/contract/rights.js';
import type { RuleSet } from '../../rules/language/set.js';
import { callOutside } from '../../workers/call.js';
import { accountsOf } from './needs.js';
import { type RightsAsked, rightsOfEach } from './rights.js';

/** What one role has by now of what it needs. */
export interface RoleStanding {
  account: string;
  role: string;
  /** Statements that it needs. */
  needs: number;
  /** One for each document that its statements fill. Empty where nobody could tell. */
  found: readonly RightsFound[];
  /** Why nobody could tell. */
  unknown?: string;
  /** What whoever reads needs, and what the answer leaves out. */
  reader?: { needs: string; leavesOut: string };
}

/**
 * Reads what every role has of what it needs, with the credentials of whoever runs the command. `connected`: the integrations as this
 * shell connects them. Never rejects because a vendor cannot be asked: that stands in `unknown`.
 */
export async function standingOf(asked: RightsAsked, connected: Registry, signal: AbortSignal): Promise<RoleStanding[]> {
  const roles = rightsOfEach(asked).flatMap(({ integration, files }) =>
    byRole(files.filter(({ role, lines }) => role !== '' && lines.length > 0)).map((all) => ({ integration, files: all })),
  );
  const regions = new Map(accountsOf(asked.set).map(({ account, regions: [first = ''] }) => [account, first]));
  return Promise.all(
    roles.map(({ integration, files }) => readRole(files, connected, integration, { set: asked.set, regions, signal })),
  );
}

const byRole = (files: readonly RightsFile[]): [RightsFile, ...RightsFile[]][] => {
  const roles = new Map<string, [RightsFile, ...RightsFile[]]>();
  for (const file of files) {
    const name = `${file.account} ${file.role}`;
    const known = roles.get(name);
    if (known) known.push(file);
    else roles.set(name, [file]);
  }
  return [...roles.values()];
};

interface Around {
  set: RuleSet;
  /** By account. */
  regions: ReadonlyMap<string, string>;
  signal: AbortSignal;
}

async function readRole(
  files: [RightsFile, ...RightsFile[]],
  connected: Registry,
  integration: string,
  { set, regions, signal }: Around,
): Promise<RoleStanding> {
  const [{ account, role }] = files;
  const needs = files.reduce((sum, { lines }) => sum + lines.length, 0);
  const reader = connected.integrations.get(integration)?.rightsReader;
  const standing = { account, role, needs, found: [] };
  if (!reader) return { ...standing, unknown: `nothing here reads what roles at ${integration} may` };
  const about = { needs: reader.needs, leavesOut: reader.leavesOut };
  // At no account and as no role: whoever runs the command asks.
  const place = { account: '', region: regions.get(account) ?? '' };
  const call = { ...callOutside({ pace: () => paceOf(set), now: Date.now }, 'opssentinel:rights', signal), place };
  try {
    const found: RightsFound[] = [];
    for (const file of files) found.push(await reader.compare(reader.with(call), file));
    return { ...standing, reader: about, found };
  } catch (error) {
    return { ...standing, reader: about, unknown: error instanceof Error ? error.message : String(error) };
  }
}

/** `OpsSentinelAct in 444455556666`. */
export const roleWords = ({ role, account }: Pick<RoleStanding, 'role' | 'account'>): string => `${role} in ${account}`;

/** What a role may not, each in words: the statements that it lacks, then what something refuses. */
export function lackWords({ found, ...named }: RoleStanding): { lacking: string[]; refused: string[] } {
  const who = roleWords(named);
  if (found.some(({ there }) => !there)) return { lacking: [`there is no role ${who}`], refused: [] };
  return {
    lacking: found.flatMap(({ lacking }) =>
      lacking.lines.map(({ actions, resources }) => `${who} may not ${actions.join(', ')} on ${resources.join(', ')}`),
    ),
    refused: found.flatMap(({ refused }) =>
      refused.map(({ action, resource, by }) => `${who} is refused ${action} on ${resource} by ${by}`),
    ),
  };
}

/** Why it is not known whether a role may everything; `undefined`: it is known. */
export const unknownWords = ({ unknown, found }: RoleStanding): string | undefined =>
  unknown ?? found.flatMap((one) => one.unknown)[0];
