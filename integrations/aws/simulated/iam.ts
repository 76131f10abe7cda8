import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { decisionOf, type SimulatedAsk, type SimulatedDecision, type SimulatedPolicy } from './policies.js';
import { element, failure, formOf, listIn, queryResult, type Scope } from './wire.js';
import type { AwsWorld } from './world.js';

const namespace = 'https://iam.amazonaws.com/doc/2010-05-08/';

/**
 * Of `POST settings`: `{"role": {"account": "444455556666", "name": "OpsSentinelAct", "policies": [{"Statement": […]}], "boundary": {…},
 * "organisation": {…}}}` gives a role other policies; `"gone": true` takes it away.
 */
export interface IamSettings {
  role?: { account: string; name: string; gone?: boolean } & Partial<SimulatedRole>;
}

interface SimulatedRole {
  policies: readonly SimulatedPolicy[];
  /** Permissions boundary. */
  boundary?: SimulatedPolicy;
  /** Service control policy of the account's organisation. */
  organisation?: SimulatedPolicy;
}

export interface Iam {
  set: (wanted: IamSettings) => void;
  answer: (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;
  reset: () => void;
}

const allow = (...actions: string[]): SimulatedRole => ({
  policies: [{ Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] }],
});

/** What the sandbox lets its roles do, as `sts.ts` has it: the acting one everything, the reading one what only reads. */
const shipped: Readonly<Record<string, SimulatedRole>> = {
  OpsSentinelAct: allow('*'),
  OpsSentinelAutomation: allow('*'),
  OpsSentinelRead: allow('*:Describe*', '*:Get*', '*:List*', '*:Lookup*'),
};
const accounts = ['111122223333', '444455556666'];

const shippedRoles = (): Map<string, SimulatedRole> =>
  new Map(accounts.flatMap((account) => Object.entries(shipped).map(([name, role]) => [`${account} ${name}`, role] as const)));

/** Of somebody who runs a command with credentials of their own. */
const anybody = '000000000000';

/**
 * IAM's SimulatePrincipalPolicy in the query protocol. Source: the service's model, and what the API reference says of its answer: the
 * decision on a resource stands in ResourceSpecificResults, the name beside the action is the template of its ARNs.
 */
export function createIam(world: AwsWorld): Iam {
  let roles = shippedRoles();

  const simulate = (scope: Scope, request: WireRequest): WireResponse => {
    const form = formOf(request);
    const arn = form.get('PolicySourceArn') ?? '';
    const [, account, name] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]{1,64})$/.exec(arn) ?? [];
    if (!account || !name) return failure(request, 'InvalidInput', `Invalid Entity Arn: ${arn}`);
    if (scope.account !== anybody && scope.account !== account)
      return failure(
        request,
        'AccessDenied',
        `User: arn:aws:iam::${scope.account}:user/ada is not authorized to perform: iam:SimulatePrincipalPolicy on resource: ${arn}`,
        403,
      );
    const role = roles.get(`${account} ${name}`);
    if (!role) return failure(request, 'NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
    const actions = listIn(form, 'ActionNames');
    const services = new Set(actions.map((action) => action.split(':')[0]));
    if (services.size > 1)
      return failure(request, 'InvalidInput', `Actions ${actions.join(', ')} require different authorization information.`);
    const resources = listIn(form, 'ResourceArns');
    const { page, next } = world.page(actions, form.get('Marker') ?? undefined);
    const context = contextIn(form);
    const results = page.map((action) => evaluated(role, action, resources.length > 0 ? resources : ['*'], context));
    const rest = next === undefined ? element('IsTruncated', false) : element('IsTruncated', true) + element('Marker', next);
    return queryResult(
      namespace,
      'SimulatePrincipalPolicy',
      `<EvaluationResults>${results.map((one) => `<member>${one}</member>`).join('')}</EvaluationResults>${rest}`,
    );
  };

  return {
    set: ({ role: wanted }) => {
      if (!wanted) return;
      const { account, name, gone, ...role } = wanted;
      if (gone === true) roles.delete(`${account} ${name}`);
      else roles.set(`${account} ${name}`, { ...(roles.get(`${account} ${name}`) ?? allow('*')), ...role });
    },
    answer: (scope, action, request) => (action === 'SimulatePrincipalPolicy' ? simulate(scope, request) : undefined),
    reset: () => {
      roles = shippedRoles();
    },
  };
}

/** `ContextEntries.member.1.ContextKeyName`, `….ContextKeyValues.member.1`. Names of keys are the same in upper and lower case. */
function contextIn(form: URLSearchParams): SimulatedAsk['context'] {
  const context = new Map<string, readonly string[]>();
  for (const [field, name] of form) {
    const [, entry] = /^(ContextEntries\.member\.\d+)\.ContextKeyName$/.exec(field) ?? [];
    if (entry !== undefined) context.set(name.toLowerCase(), listIn(form, `${entry}.ContextKeyValues`));
  }
  return context;
}

interface Judged {
  decision: SimulatedDecision;
  boundary: boolean | undefined;
  organisation: boolean | undefined;
}

function judged({ policies, boundary, organisation }: SimulatedRole, asked: SimulatedAsk): Judged {
  const limits = [boundary, organisation].map((one) => (one === undefined ? undefined : decisionOf([one], asked)));
  const words = [decisionOf(policies, asked), ...limits.filter((word) => word !== undefined)];
  const decision = words.includes('explicitDeny')
    ? 'explicitDeny'
    : words.every((word) => word === 'allowed')
      ? 'allowed'
      : 'implicitDeny';
  const [atBoundary, atOrganisation] = limits.map((word) => (word === undefined ? undefined : word === 'allowed'));
  return { decision, boundary: atBoundary, organisation: atOrganisation };
}

function evaluated(role: SimulatedRole, action: string, resources: readonly string[], context: SimulatedAsk['context']): string {
  const each = resources.map((resource) => ({ resource, ...judged(role, { action, resource, context }) }));
  const worst =
    each.find(({ decision }) => decision === 'explicitDeny') ?? each.find(({ decision }) => decision !== 'allowed') ?? each[0];
  const specific = each.map(({ resource, decision, boundary }) =>
    [
      '<member>',
      element('EvalResourceName', resource),
      element('EvalResourceDecision', decision),
      detail('PermissionsBoundaryDecisionDetail', 'AllowedByPermissionsBoundary', boundary),
      '</member>',
    ].join(''),
  );
  return [
    element('EvalActionName', action),
    element(
      'EvalResourceName',
      resources.includes('*') ? '*' : `arn:\${Partition}:${action.split(':')[0]}:\${Region}:\${Account}:*`,
    ),
    element('EvalDecision', worst?.decision ?? 'implicitDeny'),
    detail('OrganizationsDecisionDetail', 'AllowedByOrganizations', worst?.organisation),
    detail('PermissionsBoundaryDecisionDetail', 'AllowedByPermissionsBoundary', worst?.boundary),
    resources.includes('*') ? '' : `<ResourceSpecificResults>${specific.join('')}</ResourceSpecificResults>`,
  ].join('');
}

const detail = (name: string, member: string, value: boolean | undefined): string =>
  value === undefined ? '' : `<${name}>${element(member, value)}</${name}>`;
