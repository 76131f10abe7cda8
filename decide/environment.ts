import type { Alert } from '../domain/alert.js';
import type { Incident } from '../domain/incident.js';
import type { Policy } from '../rules/language/policy.js';

export type Located = { ok: true; environment: string; account: string; region: string } | { ok: false; because: string };

const refuse = (because: string): Located => ({ ok: false, because });

/**
 * Which environment an alert belongs to. Three witnesses are asked: the account and region in the alert, the incident's service,
 * and the labels that the policy gives an environment; those that are there must agree. Unknown or contradictory ground is nobody's to touch.
 */
export function locate(policy: Policy, alert: Alert, incident: Incident): Located {
  const { account, region } = alert;
  const service = incident.ref.source === 'pagerduty' ? incident.service.id : undefined;
  const byService = environments(policy, ({ pagerduty }) => service !== undefined && pagerduty.includes(service))[0];
  if (service !== undefined && byService === undefined)
    return refuse(`PagerDuty service ${service} is in no environment of the policy; add it to one`);
  const byAccount = account === undefined ? undefined : environmentOfAccount(policy, account, region);
  if (account !== undefined && byAccount === undefined)
    return refuse(
      `account ${account}${region === undefined ? '' : ` in ${region}`} is in no environment of the policy; add it to one`,
    );
  const byLabels = environments(policy, ({ labels }) => labels !== undefined && holdsAll(alert, labels));

  const claims: Claim[] = [
    ...(byAccount === undefined ? [] : [{ environment: byAccount, says: `comes from account ${account} (${byAccount})` }]),
    ...byLabels.map((environment) => ({ environment, says: `has the labels of ${environment}` })),
  ];
  const odd = claims.find(({ environment }) => byService !== undefined && environment !== byService);
  if (odd)
    return refuse(`the alert ${odd.says}, but PagerDuty service ${service} belongs to ${byService}; one of the two is wrong`);
  const [first, ...others] = claims;
  const other = others.find(({ environment }) => environment !== first?.environment);
  if (first && other) return refuse(`the alert ${first.says}, but also ${other.says}; one of the two is wrong`);

  const named = byService ?? first?.environment;
  if (named === undefined)
    return refuse(
      'the alert names no account, its source no service, and its labels no environment, so its environment is unknown',
    );
  return account === undefined ? onlyPlace(policy, named, region) : placeIn(policy, named, account, region);
}

interface Claim {
  environment: string;
  /** Goes on from `the alert`. */
  says: string;
}

type Environment = Policy['environments'][string];

const environments = (policy: Policy, test: (environment: Environment) => boolean): string[] =>
  Object.entries(policy.environments).flatMap(([name, environment]) => (test(environment) ? [name] : []));

const environmentOfAccount = (policy: Policy, account: string, region: string | undefined): string | undefined =>
  environments(
    policy,
    ({ accounts }) =>
      Object.hasOwn(accounts, account) && (region === undefined || (accounts[account]?.regions.includes(region) ?? false)),
  )[0];

const holdsAll = ({ labels }: Alert, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([label, value]) => Object.hasOwn(labels, label) && labels[label] === value);

function placeIn(policy: Policy, environment: string, account: string, given: string | undefined): Located {
  const regions = policy.environments[environment]?.accounts[account]?.regions ?? [];
  const region = given ?? (regions.length === 1 ? regions[0] : undefined);
  if (region === undefined) return refuse(`the alert names no region, and account ${account} has ${regions.join(' and ')}`);
  return { ok: true, environment, account, region };
}

/** An alert without an account can only mean the one place that its environment has. */
function onlyPlace(policy: Policy, environment: string, region: string | undefined): Located {
  const places = Object.entries(policy.environments[environment]?.accounts ?? {}).flatMap(([account, { regions }]) =>
    regions.map((one) => ({ account, region: one })),
  );
  const fitting = places.filter((place) => region === undefined || place.region === region);
  const [only] = fitting;
  if (only && fitting.length === 1) return { ok: true, environment, ...only };
  return refuse(
    `the alert names no account, and ${environment} has ${fitting.length === 0 ? 'none that fits' : 'several'}, so its place is unknown`,
  );
}
