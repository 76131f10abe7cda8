import { effectiveMode } from '../../decide/mode.js';
import type { JsonObject } from '../../domain/json.js';
import { isField } from '../../domain/readable.js';
import { fillTemplate } from '../../domain/template.js';
import type { AnyAction, Registry } from '../../integrations/contract/registry.js';
import type { RightsAccount, RightsNeed } from '../../integrations/contract/rights.js';
import type { LoadedRule, LoadedRunbook, LoadedStep, RuleSet } from '../../rules/language/set.js';

export interface NeedsOptions {
  /** These rules alone. */
  rules?: (rule: LoadedRule) => boolean;
  environments?: (name: string) => boolean;
  /** As if every rule acted, whatever its mode. */
  acting?: boolean;
  /** Without what reading alerts and asking calendars needs, which is no rule's own. */
  rulesOnly?: boolean;
}

/** What one integration's rights are needed for: by every step of every rule, in every account and region where it can run. Pure. */
export function needsOf(set: RuleSet, registry: Registry, integration: string, options: NeedsOptions = {}): RightsNeed[] {
  const rules = set.rules.filter(options.rules ?? (() => true));
  const needs = Object.entries(set.policy.doc.environments)
    .filter(([environment]) => options.environments?.(environment) ?? true)
    .flatMap(([environment, { accounts }]) =>
      Object.entries(accounts).flatMap(([account, { regions }]) =>
        regions.flatMap((region) => {
          const place: Place = { environment, account, region };
          const ofRules = rules.flatMap((rule) =>
            rule.steps.flatMap((step) =>
              needsOfStep({ set, registry, integration, acting: options.acting ?? false }, rule, step, place),
            ),
          );
          const ofNoRule = [
            ...needsOfAlerts(registry, integration, place),
            ...needsOfCalendars(set, registry, integration, place),
          ];
          return [...ofRules, ...(options.rulesOnly ? [] : ofNoRule)];
        }),
      ),
    );
  return [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()];
}

interface Place {
  environment: string;
  account: string;
  region: string;
}

interface Around {
  set: RuleSet;
  registry: Registry;
  integration: string;
  acting: boolean;
}

/** Who reads alerts reads those of every account: at the source itself, and again by an independent way. */
function needsOfAlerts(registry: Registry, integration: string, place: Place): RightsNeed[] {
  const own = [
    ...[...registry.sources.values()].map((one) => ({ ...one, because: `source ${one.id}` })),
    ...registry.witnesses.map((one) => ({ ...one, because: `witness ${one.id}` })),
  ].filter((one) => one.integration === integration);
  return own.map(({ because, permissions }) => reading(place, because, permissions));
}

/** Calendars are asked about every target of the environments that the policy names them for; some are asked unnamed. */
function needsOfCalendars({ policy }: RuleSet, registry: Registry, integration: string, place: Place): RightsNeed[] {
  const named = policy.doc.calendars.filter(({ env }) => env === undefined || env.includes(place.environment));
  return [...registry.calendars.values()]
    .filter(({ id, always, integration: of }) => of === integration && (always || named.some(({ use }) => use === id)))
    .map(({ id, permissions }) => reading(place, `calendar ${id}`, permissions));
}

const reading = ({ account, region }: Place, because: string, permissions: readonly string[]): RightsNeed => ({
  account,
  region,
  because,
  acts: false,
  grants: [],
  permissions,
});

function needsOfStep(around: Around, rule: LoadedRule, step: LoadedStep, place: Place): RightsNeed[] {
  const { set, registry, integration } = around;
  const runbook = set.runbooks.get(step.runbook);
  const action = runbook && registry.actions.get(runbook.doc.uses);
  if (!runbook || !action) return [];
  const acts = around.acting || modeOf(set, rule, action, place.environment) !== 'observe';
  const fixed = fixedTarget(rule, registry, runbook.doc.target);
  const written = fillTemplate(runbook.doc.with, place.environment, () => ({ ok: true, value: '*' })).value;
  const because = `runbook ${runbook.name}`;
  const used = [{ action, params: written, because }, ...undoOf(registry, rule, runbook, action)];
  const checks = [step.verify?.check, runbook.doc.check].flatMap((id) => registry.checks.get(id ?? '') ?? []);
  const target = registry.targets.get(runbook.doc.target);
  return [
    ...used
      .filter((use) => use.action.integration === integration)
      .map((use) => ({ ...reading(place, use.because, []), acts, params: use.params, grants: grantsOf(use, place, fixed) })),
    ...(target?.integration === integration ? [reading(place, `target ${target.type}`, target.permissions)] : []),
    ...checks
      .filter((check) => check.integration === integration)
      .map((check) => reading(place, `check ${check.id}`, check.permissions)),
    ...stopOnOf(around, runbook, place).map((need) => ({ ...need, acts })),
  ];
}

/** What is looked at while the effect runs is read by whoever waits for it, which is the role that acts. */
function stopOnOf({ registry, integration }: Around, { name, doc }: LoadedRunbook, place: Place): RightsNeed[] {
  const check = registry.checks.get(doc.stopOn?.check ?? '');
  if (check?.integration !== integration) return [];
  return [{ ...reading(place, `stopOn of runbook ${name}`, check.permissions), readBy: 'both' }];
}

/** What is put back is done by an action too; its parameters are known only then. */
function undoOf(registry: Registry, rule: LoadedRule, runbook: LoadedRunbook, { undo }: AnyAction): Use[] {
  if (undo === 'none' || runbook.doc.undo === 'none' || rule.doc.undo === 'none') return [];
  const action = registry.actions.get(undo.action);
  return action ? [{ action, params: {}, because: `undo of runbook ${runbook.name}` }] : [];
}

interface Use {
  action: AnyAction;
  params: JsonObject;
  because: string;
}

function grantsOf({ action, params, because }: Use, { account, region }: Place, fixed: Record<string, string>) {
  if (!action.grants) throw new Error(`${because} uses ${action.id}, which does not say what rights it needs.`);
  return action.grants({ account, region, params, ...(Object.keys(fixed).length > 0 ? { target: fixed } : {}) });
}

/** The least lowered mode: what an alert without a witness lowers further needs no fewer rights. */
function modeOf(set: RuleSet, rule: LoadedRule, action: AnyAction, environment: string): string {
  return effectiveMode({
    rule: rule.doc.mode?.[environment],
    environment,
    ceiling: set.policy.doc.environments[environment]?.ceiling ?? 'observe',
    risk: action.risk,
    actions: [{ id: action.id, ceiling: action.ceiling ?? 'auto', connected: true }],
    corroborable: true,
  }).mode;
}

/** Fields of the target that the rule writes down itself, so that no alert can move them. */
function fixedTarget({ doc }: LoadedRule, registry: Registry, type: string): Record<string, string> {
  const fields = Object.keys(registry.targets.get(type)?.select ?? {});
  const said = typeof doc.target === 'string' ? { [fields[0] ?? '']: doc.target } : (doc.target as Record<string, string>);
  return Object.fromEntries(
    Object.entries(said).filter(([field, value]) => fields.includes(field) && typeof value === 'string' && !isField(value)),
  );
}

/** Everything that an integration's definitions say they could ever need. */
export function ableOf(registry: Registry, integration: string): string[] {
  const all = [
    ...registry.actions.values(),
    ...registry.checks.values(),
    ...registry.targets.values(),
    ...registry.sources.values(),
    ...registry.calendars.values(),
    ...registry.witnesses,
  ];
  return all.filter((one) => one.integration === integration).flatMap(({ permissions }) => permissions);
}

/** Accounts of the policy, once each, with all regions that any environment names there. */
export function accountsOf({ policy }: RuleSet): RightsAccount[] {
  const accounts = new Map<string, RightsAccount>();
  for (const environment of Object.values(policy.doc.environments))
    for (const [account, { regions, read, act }] of Object.entries(environment.accounts)) {
      const known = accounts.get(account);
      accounts.set(account, {
        account,
        regions: [...new Set([...(known?.regions ?? []), ...regions])].sort(),
        read: known?.read ?? read,
        act: known?.act ?? act,
      });
    }
  return [...accounts.values()].sort((a, b) => (a.account < b.account ? -1 : 1));
}
