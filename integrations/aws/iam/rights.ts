import type { JsonObject } from '../../../domain/json.js';
import type { RightsAccount, RightsDefinition, RightsFile, RightsLine, RightsNeed, RightsWish } from '../../contract/rights.js';
import { roleArn } from '../arn.js';
import { standardRole } from '../actions/automation-grants.js';
import { documentRights } from './automation.js';
import { boundaryOf } from './boundary.js';
import { readGrant } from './resources.js';
import { mostOfTrust, packed, sizeOf } from './size.js';
import { beyond, policyOf, type Right, rightsOf, sorted, statementOf, statements } from './statements.js';
import { automationTrust, trustOf } from './trust.js';

/** IAM policies of every account, from what the runbooks use (contracts 5.8). The same needs always give the same text. */
export const iamRights: RightsDefinition = {
  documents: 'integrations/aws/documents',
  make: (wish) => {
    const made = wish.accounts.map((account) => filesOf(account, wish));
    return { files: made.flatMap(({ files }) => files), notes: sorted(made.flatMap(({ notes }) => notes)) };
  },
};

type Made = ReturnType<RightsDefinition['make']>;

function filesOf(account: RightsAccount, wish: RightsWish): Made {
  const here = (needs: readonly RightsNeed[] = []) => needs.filter((need) => need.account === account.account);
  const [needs, granted] = [here(wish.needs), here(wish.granted)];
  const ofRole = (by: 'act' | 'read') => statements(beyond(roleRights(needs, by), roleRights(granted, by)));
  const automation = automationRoles(account, needs, granted, wish.documents);
  const file = (name: string, role: string, summary: string, document: JsonObject): RightsFile => ({
    account: account.account,
    name,
    role,
    summary,
    document,
    lines: [],
  });
  const principals = (given: readonly string[] | undefined, names: readonly string[]) =>
    given ?? names.map((name) => roleArn({ account: account.account, region: account.regions[0] ?? '' }, name));
  const files = [
    ...policyFiles(account, 'act', account.act, 'what the runbooks do', ofRole('act')),
    file(
      'act-trust.json',
      account.act,
      'who may act, and only for an incident',
      trustOf(principals(wish.principals.act, ['OpsSentinelEffect'])),
    ),
    ...automation.files,
    file('boundary.json', '', 'the most that any role here can do', boundaryFor(account, wish, automation.roles)),
    ...policyFiles(account, 'read', account.read, 'what is read before and after', ofRole('read')),
    file(
      'read-trust.json',
      account.read,
      'who may read, and only for an incident',
      // Whoever tells reads incident and alert once more before it resolves or wakes anybody.
      trustOf(principals(wish.principals.read, ['OpsSentinelDecide', 'OpsSentinelTell'])),
    ),
  ];
  for (const { name, document } of files) mustFit(account.account, name, document);
  return { files: files.sort((a, b) => (a.name < b.name ? -1 : 1)), notes: automation.notes };
}

function policyFiles(
  { account }: RightsAccount,
  kind: string,
  role: string,
  summary: string,
  lines: readonly RightsLine[],
): RightsFile[] {
  const packs = packed(lines);
  return packs.map((pack, index) => ({
    account,
    name: packs.length === 1 ? `${kind}.json` : `${kind}-${index + 1}.json`,
    role,
    summary,
    document: policyOf(pack.map(statementOf)),
    lines: pack,
  }));
}

/** What needs one role makes of the needs. What nobody acts on needs reads alone. */
function roleRights(needs: readonly RightsNeed[], by: 'act' | 'read'): Right[] {
  return needs.flatMap(({ acts, grants, permissions, readBy, because, ...place }) => {
    if (by === 'act' && !acts) return [];
    const own = grants.filter((grant) => (grant.by ?? 'act') === by || grant.by === 'both');
    const named = by === 'read' || readBy === 'both' ? permissions.map((action) => readGrant(action, place)) : [];
    return [...own, ...named].flatMap((grant) => narrow(rightsOf(grant, because)));
  });
}

/** A role that anybody's alert could choose would be every role of the account. Throws Error. */
function narrow(rights: Right[]): Right[] {
  const wide = rights.find(({ action, resource }) => action === 'iam:PassRole' && resource.includes('*'));
  if (wide) throw new Error(`${wide.because} may pass any role: write the name of its assumeRole down, not { from: … }.`);
  return rights;
}

interface Automation extends Made {
  /** ARNs of the roles that executions act as. */
  roles: string[];
}

/** Executions act as roles of their own: one per name that runbooks give. */
function automationRoles(
  account: RightsAccount,
  needs: readonly RightsNeed[],
  granted: readonly RightsNeed[],
  documents: RightsWish['documents'],
): Automation {
  const names = sorted(needs.flatMap((need) => (automationOf(need) ? [automationOf(need)?.role ?? ''] : [])));
  const notes: string[] = [];
  const files = names.flatMap((role): RightsFile[] => {
    const rights = stepRights(needs, role, documents, notes);
    const lines = statements(beyond(rights, stepRights(granted, role, documents, [])));
    const kind = role === standardRole ? 'automation' : `automation-${role}`;
    return [
      ...policyFiles(account, kind, role, 'what the steps of the documents do', lines),
      {
        account: account.account,
        name: `${kind}-trust.json`,
        role,
        summary: 'SSM alone, for executions of this account',
        document: automationTrust(account),
        lines: [],
      },
    ];
  });
  return {
    files,
    notes,
    roles: names.map((role) => roleArn({ account: account.account, region: account.regions[0] ?? '' }, role)),
  };
}

/** Which document a need has executed, and as which role. `undefined`: it executes none. */
function automationOf({ grants, params = {}, acts }: RightsNeed): { document: string; role: string } | undefined {
  const starts = grants.some(({ actions }) => actions.includes('ssm:StartAutomationExecution'));
  if (!acts || !starts || typeof params['document'] !== 'string') return undefined;
  const { assumeRole } = params;
  return {
    document: params['document'].split('/').at(-1) ?? '',
    role: typeof assumeRole === 'string' ? assumeRole : standardRole,
  };
}

function stepRights(needs: readonly RightsNeed[], role: string, documents: RightsWish['documents'], notes: string[]): Right[] {
  return needs.flatMap((need) => {
    const automation = automationOf(need);
    if (automation?.role !== role) return [];
    const content = documents.get(automation.document);
    if (content === undefined) {
      notes.push(
        `The document ${automation.document} (${need.because}) is not in the folder of documents: give ${role} in ${need.account} the rights of its steps yourself, or name the folder with --documents.`,
      );
      return [];
    }
    const { grants, unknown } = documentRights(automation.document, content, need);
    notes.push(...unknown.map((one) => `${one} (${role} in ${need.account}).`));
    return grants.flatMap((grant) => rightsOf(grant, `document ${automation.document}`));
  });
}

/** Every document counts, used or not: a runbook more must not need another boundary. */
function boundaryFor(account: RightsAccount, wish: RightsWish, passable: readonly string[]): JsonObject {
  const place = { account: account.account, region: account.regions[0] ?? '' };
  const steps = [...wish.documents].flatMap(([name, content]) => documentRights(name, content, place).grants);
  return boundaryOf({ able: [...wish.able, ...steps.flatMap(({ actions }) => actions)], protected: wish.protected }, [
    ...passable,
    roleArn(place, standardRole),
  ]);
}

function mustFit(account: string, name: string, document: JsonObject): void {
  if (name.endsWith('-trust.json') && sizeOf(document) > mostOfTrust)
    throw new Error(
      `${account}/${name} is longer than the ${mostOfTrust} characters of a trust policy. Name a shorter principal.`,
    );
}
