import type { JsonObject } from '../../../domain/json.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { RightsFile, RightsFound, RightsLine, RightsReader } from '../../contract/rights.js';
import { roleArn } from '../arn.js';
import type { AwsClient } from '../client.js';
import { policyOf, type Right, rightsOf, sorted, statementOf, statements } from './statements.js';

/**
 * What a role may by now, as IAM itself judges: SimulatePrincipalPolicy with the role's own policies, its permissions boundary and the
 * organisation's service control policies. Resource-based policies are not simulated for roles (API reference of
 * SimulatePrincipalPolicy, ResourceArns). Asked as whoever runs the command, never as a role of ours: none of ours may.
 */
export const iamStanding: RightsReader<AwsClient> = {
  needs: 'iam:SimulatePrincipalPolicy',
  leavesOut: 'policies of the resources themselves (of a function, a key) and resource control policies are not looked at',
  compare: async (call, file) => {
    const arn = roleArn({ account: file.account, region: call.place.region }, file.role);
    try {
      const judged: Judged[] = [];
      // One after the other: IAM throttles early, and nobody's incident waits for it.
      for (const line of file.lines) judged.push(...(await judgedLine(call, arn, line)));
      return foundOf(file, judged);
    } catch (error) {
      if (!(error instanceof VendorError) || error.fault !== 'absent') throw error;
      return { there: false, lacking: file, refused: [], unknown: [] };
    }
  },
};

type Decision = 'allowed' | 'implicitDeny' | 'explicitDeny';

interface Answer {
  action: string;
  resource: string;
  decision: Decision;
  /** What refuses it, where that is no missing statement. */
  by?: string;
}

interface Judged {
  rights: Right[];
  answer: Answer | { action: string; resource: string; because: string };
}

/** Under every set of values that the statement allows: it needs each of them. */
async function judgedLine(call: CallWith<AwsClient>, arn: string, line: RightsLine): Promise<Judged[]> {
  const answers = (await Promise.all(contextsOf(line.conditions).map((entries) => answersTo(call, arn, line, entries)))).flat();
  return line.actions.flatMap((action) =>
    line.resources.map((resource) => {
      const here = answers.filter((one) => one.action === action && one.resource === resource);
      const worst = here.find((one) => !('decision' in one) || one.decision !== 'allowed') ?? here[0];
      const right = { ...line, actions: [action], resources: [resource] };
      return {
        rights: line.because.flatMap((because) => rightsOf(right, because)),
        answer: worst ?? { action, resource, because: 'IAM gave no answer' },
      };
    }),
  );
}

/** IAM refuses to judge some actions together, and some not at all: those are asked one by one, and the others are still told. */
async function answersTo(
  call: CallWith<AwsClient>,
  arn: string,
  { actions, resources }: RightsLine,
  entries: readonly Entry[],
): Promise<Judged['answer'][]> {
  try {
    return await answered(call, arn, actions, resources, entries);
  } catch (error) {
    if (!(error instanceof VendorError) || error.fault !== 'refused') throw error;
    if (actions.length === 1)
      return actions.flatMap((action) => resources.map((resource) => ({ action, resource, because: error.message })));
    const each = actions.map((action) => answersTo(call, arn, { sid: '', because: [], actions: [action], resources }, entries));
    return (await Promise.all(each)).flat();
  }
}

/** Far beyond what one statement asks: IAM gives 100 results a page. */
const mostPages = 20;

async function answered(
  call: CallWith<AwsClient>,
  arn: string,
  actions: readonly string[],
  resources: readonly string[],
  entries: readonly Entry[],
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let marker: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const result = await call.client.iam.simulate(call, {
      PolicySourceArn: arn,
      ActionNames: [...actions],
      ResourceArns: [...resources],
      ContextEntries: entries.map(({ key, type, value }) => ({
        ContextKeyName: key,
        ContextKeyType: type,
        ContextKeyValues: [value],
      })),
      ...(marker === undefined ? {} : { Marker: marker }),
    });
    answers.push(...(result.EvaluationResults ?? []).flatMap((one) => answersIn(one, resources)));
    if (result.IsTruncated !== true) return answers;
    marker = result.Marker;
  }
  throw new VendorError('aws', 'unavailable', `SimulatePrincipalPolicy: more than ${mostPages} pages for one statement`);
}

type Evaluation = NonNullable<Awaited<ReturnType<AwsClient['iam']['simulate']>>['EvaluationResults']>[number];

/** By resource where IAM says so; of a single one its word on the action is the same. `EvalResourceName` beside the action is a mere template. */
function answersIn(result: Evaluation, resources: readonly string[]): Answer[] {
  const { EvalActionName: action = '', EvalDecision: decision, ResourceSpecificResults: each = [] } = result;
  const organisation = result.OrganizationsDecisionDetail?.AllowedByOrganizations;
  const [only] = resources.length === 1 ? resources : [];
  const of = (resource: string | undefined, word: string | undefined, boundary: boolean | undefined): Answer[] =>
    resource === undefined || word === undefined ? [] : [{ action, resource, ...decided(word, boundary, organisation) }];
  if (each.length === 0) return of(only, decision, result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary);
  return each.flatMap((one) =>
    of(
      only ?? one.EvalResourceName,
      one.EvalResourceDecision,
      one.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
    ),
  );
}

function decided(
  word: string,
  boundary: boolean | undefined,
  organisation: boolean | undefined,
): Pick<Answer, 'decision' | 'by'> {
  if (word === 'allowed') return { decision: 'allowed' };
  if (organisation === false) return { decision: 'explicitDeny', by: 'a service control policy of the organisation' };
  if (boundary === false) return { decision: 'explicitDeny', by: 'its permissions boundary' };
  // A word that is not known is no yes.
  return word === 'implicitDeny' ? { decision: word } : { decision: 'explicitDeny', by: 'a policy that denies it' };
}

interface Entry {
  key: string;
  type: 'string' | 'stringList';
  value: string;
}

/** Every way in which a statement's conditions can be met, one value of each key at a time. */
function contextsOf(conditions: JsonObject | undefined): Entry[][] {
  const keys = Object.entries(conditions ?? {}).flatMap(([operator, of]) =>
    Object.entries((of ?? {}) as JsonObject).map(([key, values]) =>
      [values].flat().map(
        (value): Entry => ({
          key,
          type: operator.startsWith('For') ? 'stringList' : 'string',
          value: typeof value === 'string' ? value : JSON.stringify(value),
        }),
      ),
    ),
  );
  return keys.reduce<Entry[][]>((all, values) => all.flatMap((one) => values.map((value) => [...one, value])), [[]]);
}

function foundOf(file: RightsFile, judged: readonly Judged[]): RightsFound {
  const lacking = statements(
    judged.flatMap(({ rights, answer }) => ('decision' in answer && answer.decision === 'implicitDeny' ? rights : [])),
  );
  const refused = judged.flatMap(({ answer }) =>
    'decision' in answer && answer.decision === 'explicitDeny'
      ? [{ action: answer.action, resource: answer.resource, by: answer.by ?? 'a policy that denies it' }]
      : [],
  );
  const unknown = sorted(judged.flatMap(({ answer }) => ('because' in answer ? [`${answer.action}: ${answer.because}`] : [])));
  return { there: true, lacking: { ...file, lines: lacking, document: policyOf(lacking.map(statementOf)) }, refused, unknown };
}
