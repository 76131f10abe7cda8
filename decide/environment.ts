import type { Alert } from '../domain/alert.js';
import type { Incident } from '../domain/incident.js';
import type { Policy } from '../rules/language/policy.js';

export type Located = { ok: true; environment: string; account: string; region: string } | { ok: false; because: string };

const refuse = (because: string): Located => ({ ok: false, because });

/**
 * Which environment an alert belongs to. Two witnesses are asked: the account and region in the alert, and the incident's service;
 * those that are there must agree. Unknown or contradictory ground is nobody's to touch.
 */
export function locate(policy: Policy, alert: Alert, incident: Incident): Located {
  const environments = Object.entries(policy.environments);
  const service = incident.ref.source === 'pagerduty' ? incident.service.id : undefined;
  const byService = environments.find(([, { pagerduty }]) => service !== undefined && pagerduty.includes(service))?.[0];
  if (service !== undefined && byService === undefined)
    return refuse(`PagerDuty service ${service} is in no environment of the policy; add it to one`);

  if (alert.account === undefined)
    return byService === undefined
      ? refuse('the alert names no account, and its source no service, so its environment is unknown')
      : onlyPlace(policy, byService, alert.region);
  const byAccount = environments.find(
    ([, { accounts }]) =>
      Object.hasOwn(accounts, alert.account ?? '') &&
      (alert.region === undefined || accounts[alert.account ?? '']?.regions.includes(alert.region)),
  )?.[0];
  if (byAccount === undefined)
    return refuse(
      `account ${alert.account}${alert.region === undefined ? '' : ` in ${alert.region}`} is in no environment of the policy; add it to one`,
    );
  if (byService !== undefined && byService !== byAccount)
    return refuse(
      `the alert comes from account ${alert.account} (${byAccount}), but PagerDuty service ${service} belongs to ${byService}; one of the two is wrong`,
    );
  const regions = policy.environments[byAccount]?.accounts[alert.account]?.regions ?? [];
  const region = alert.region ?? (regions.length === 1 ? regions[0] : undefined);
  if (region === undefined) return refuse(`the alert names no region, and account ${alert.account} has ${regions.join(' and ')}`);
  return { ok: true, environment: byAccount, account: alert.account, region };
}

/** An alert without an account can only mean the one place that its service's environment has. */
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
