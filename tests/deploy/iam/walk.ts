import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { placeFor } from '../../../activities/place.js';
import { installation } from '../../../cli/installation.js';
import { resolveInputs } from '../../../decide/inputs.js';
import { effectiveMode } from '../../../decide/mode.js';
import { resolveParams } from '../../../decide/params.js';
import { aim } from '../../../decide/aim.js';
import type { Alert, Witness } from '../../../domain/alert.js';
import type { Incident } from '../../../domain/incident.js';
import type { JsonObject } from '../../../domain/json.js';
import { ruleFacts } from '../../../domain/readable.js';
import type { Target } from '../../../domain/target.js';
import type { ActionDefinition } from '../../../integrations/contract/action.js';
import type { CallWith } from '../../../integrations/contract/call.js';
import type { AnyAction, Registry } from '../../../integrations/contract/registry.js';
import { testCall } from '../../../integrations/contract/testkit/call.js';
import type { TestSandbox } from '../../../integrations/contract/testkit/sandbox.js';
import type { LoadedRule, LoadedStep, RuleSet } from '../../../rules/language/set.js';
import { alert as anAlert, incident as anIncident } from '../../support/rules.js';
import type { TrailEvent } from './requests.js';

export interface Walked {
  events: TrailEvent[];
  /** By id, as they were read. */
  targets: Map<string, Target>;
  /** Runbooks of which every call was made: `prod scale-out`. */
  runbooks: Set<string>;
}

type Installed = ReturnType<typeof installation>;
type As = 'read' | 'act';

/** What an alert of the sandbox says, with everything that any rule of the library reads. */
interface Case {
  alert: Alert;
  incident: Incident;
}

/** Takes every step of every rule that may act through all of its calls, as the roles that the policy names. */
export async function walk(sandbox: TestSandbox, set: RuleSet): Promise<Walked> {
  const walked: Walked = { events: [], targets: new Map(), runbooks: new Set() };
  const trail = async () => {
    walked.events.push(...(await trailOf(sandbox)));
    await sandbox.reset();
  };
  for (const [environment, { accounts }] of Object.entries(set.policy.doc.environments))
    for (const [account, { regions }] of Object.entries(accounts)) {
      // New clients each time: a reset of the sandbox ends every session.
      const around = (): Around => ({
        installed: installation(sandbox.environment()),
        set,
        environment,
        account,
        region: regions[0] ?? '',
      });
      await readAlerts(sandbox, around());
      await trail();
      for (const rule of set.rules)
        for (const step of rule.steps) {
          const target = await walkStep(around(), rule, step);
          await trail();
          if (!target) continue;
          walked.targets.set(target.id, target);
          walked.runbooks.add(`${environment} ${step.runbook}`);
        }
    }
  return walked;
}

export async function trailOf({ address }: TestSandbox): Promise<TrailEvent[]> {
  return ((await (await fetch(`${address}/_sandbox/aws/trail`)).json()) as { events: TrailEvent[] }).events;
}

interface Around {
  installed: Installed;
  set: RuleSet;
  environment: string;
  account: string;
  region: string;
}

const callAs = ({ set, account, region }: Around, as: As) =>
  testCall(undefined, { place: placeFor(set, { account, region }, as) });

/** Labels that every target of the sandbox is found by, and the instances whose agent answers. */
function caseOf({ account, region }: Around): Case {
  const instance = account === '111122223333' ? 'i-0bb22cc33dd44ee55' : 'i-0cc33dd44ee55ff66';
  const labels = { InstanceId: instance, ClusterName: 'prod', ServiceName: 'web', path: '/' };
  return { alert: anAlert({ account, region, labels }), incident: anIncident() };
}

async function readAlerts(sandbox: TestSandbox, around: Around): Promise<void> {
  const { registry } = around.installed;
  const name = around.account === '111122223333' ? 'ec2-cpu-high' : 'ec2-cpu-high-prod';
  await sandbox.alarm(name, 'ALARM');
  const arn = `arn:aws:cloudwatch:${around.region}:${around.account}:alarm:${name}`;
  const alert = { ...caseOf(around).alert, origin: { kind: 'aws.cloudwatch.alarm', id: arn } };
  const call = callAs(around, 'read');
  for (const witness of registry.witnesses.filter(({ covers }) => covers(alert))) await witness.read(witness.with(call), alert);
  const source = registry.sources.get('cloudwatch');
  const ref = { source: 'cloudwatch', externalId: `${around.region}.${around.account}.${name}`, generation: 'r1' };
  await source?.read(source.with(call), ref);
}

/** `undefined`: the step does not act there, or the sandbox has no such target in that account. */
async function walkStep(around: Around, rule: LoadedRule, step: LoadedStep): Promise<Target | undefined> {
  const { installed, set, environment } = around;
  const { registry, catalogue } = installed;
  const runbook = set.runbooks.get(step.runbook);
  const action = registry.actions.get(runbook?.doc.uses ?? '');
  const known = catalogue.actions.get(runbook?.doc.uses ?? '');
  if (!runbook || !action || !known || action.integration !== 'aws') return undefined;
  if (modeOf(around, rule) === 'observe') return undefined;
  const target = await readTarget(around, rule, runbook.doc.target);
  if (!target) return undefined;
  const facts = caseOf(around);
  const inputs = resolveInputs(step, runbook.doc, ruleFacts(facts.alert, facts.incident));
  if (!inputs.ok) throw new Error(inputs.because);
  const params = resolveParams(runbook.doc, known, environment, target, inputs.values);
  if (!params.ok) throw new Error(params.because);
  await takeEffect(around, action, params.params, target);
  await readChecks(around, step, runbook.doc.check, target);
  return target;
}

const modeOf = ({ set, environment }: Around, { doc }: LoadedRule) =>
  effectiveMode({
    rule: doc.mode?.[environment],
    environment,
    ceiling: set.policy.doc.environments[environment]?.ceiling ?? 'observe',
    risk: 'additive',
    actions: [],
    corroborable: true,
  }).mode;

async function readTarget(around: Around, { doc }: LoadedRule, type: string): Promise<Target | undefined> {
  const { registry, catalogue } = around.installed;
  const [definition, known] = [registry.targets.get(type), catalogue.targets.get(type)];
  if (!definition || !known) return undefined;
  const { alert, incident } = caseOf(around);
  const aimed = aim(doc, known, alert, incident, { labels: alert.labels } as Witness);
  if (!aimed.ok) throw new Error(aimed.because);
  const found = await definition.read(definition.with(callAs(around, 'read')), aimed.selector);
  const target = found && { ...found, environment: around.environment };
  if (target) await definition.around?.(definition.with(callAs(around, 'read')), target);
  return target;
}

/** As admission and the worker do it: what is recorded is read by one role, everything else done by the other; then it is put back. */
async function takeEffect(around: Around, action: AnyAction, params: JsonObject, target: Target): Promise<void> {
  const calls = { read: action.with(callAs(around, 'read')), act: action.with(callAs(around, 'act')) };
  const { undo } = action;
  const preState = await takeAction(action, calls, params, target);
  // What a rule that only observes is judged by, once CloudTrail has told everything of that time.
  const later = { ...calls.read, now: () => Date.now() + 3_600_000 };
  await action.seenDone?.(later, params, target, { since: Date.now() - 60_000, until: Date.now() });
  if (undo === 'none') return;
  const other = undoAction(around.installed.registry, undo.action);
  const back = { read: other.with(callAs(around, 'read')), act: other.with(callAs(around, 'act')) };
  await takeAction(other, back, undo.params(preState, params), target);
}

// What is typed inside a vendor's file is opaque outside it.
// oxlint-disable-next-line typescript/no-explicit-any
type Opaque = any;

type Calls = Record<As, CallWith<Opaque>>;

/** Every call that one action makes. Resolves with what was recorded before it. */
export async function takeAction(
  action: Pick<ActionDefinition<Opaque, z.ZodType<Opaque>>, 'id' | 'preState' | 'start' | 'wait' | 'adopt' | 'stop'>,
  { read, act }: Calls,
  params: JsonObject,
  target: Target,
): Promise<JsonObject> {
  const preState = await action.preState(read, params, target);
  const key = createHash('sha256')
    .update(JSON.stringify([target.id, action.id, params]))
    .digest('hex');
  const since = Date.now();
  const { ref } = await action.start(act, params, { key, startBy: since + 60_000, preState });
  const end = await action.wait?.(act, ref);
  if (end && end.status !== 'succeeded') throw new Error(`${action.id}: ${end.says}`);
  await action.adopt(act, params, { key, preState, since });
  await action.stop?.(act, ref);
  return preState;
}

function undoAction(registry: Registry, id: string): AnyAction {
  const action = registry.actions.get(id);
  if (!action) throw new Error(`There is no action ${id}.`);
  return action;
}

async function readChecks(
  { installed: { registry }, ...around }: Around,
  step: LoadedStep,
  own: string | undefined,
  target: Target,
) {
  const wanted = [
    { id: step.verify?.check, params: step.verify?.with ?? {} },
    { id: own, params: {} },
  ];
  for (const { id, params } of wanted) {
    const check = registry.checks.get(id ?? '');
    if (!check || check.integration !== 'aws') continue;
    const call = check.with(callAs({ installed: { registry } as Installed, ...around }, 'read'));
    await check.read(call, check.params.parse(params) as JsonObject, target);
  }
}
