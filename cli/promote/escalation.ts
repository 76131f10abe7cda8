import type { RuleRecord } from '../../api/shapes-labels.js';
import { learnsFrom } from '../../domain/patience.js';
import { counted, duration, listed } from '../../domain/words.js';

/**
 * How long PagerDuty waits for OpsSentinel before it wakes people, in minutes: what Terraform takes (deploy/terraform/pagerduty,
 * variables.tf), and what it is while too little is known. Whole minutes are all that an escalation rule has.
 */
export const silentMinutes = { least: 1, usual: 5, most: 10 } as const;

/** The variable that holds them, by service. */
export const silentVariable = 'silent_minutes_by_service';

/** One rule, where it acts by itself, and what it has learned. */
export interface Automatic {
  rule: string;
  environments: readonly string[];
  services: NonNullable<RuleRecord['learned']['services']>;
}

/** What one service's people wait for. */
export interface Silence {
  service: string;
  minutes: number;
  /** The slowest of its rules: that one decides. Absent: too little is known of any. */
  by?: { rule: string; environment: string; recovered: number; p90Ms: number };
  /** Rules of it of which too little is known, with their recoveries: as long as there is one it is not less than usual. */
  few: { rule: string; environment: string; recovered: number }[];
}

/** As PagerDuty writes its ids. What does not look so gets into no file that Terraform reads. */
const serviceId = /^[A-Z0-9]{1,40}$/;

/** The p90 of its slowest automatic rule, rounded up, at most 10 minutes. Services on which nothing has recovered are left out: the default is theirs. Pure. */
export function silences(rules: readonly Automatic[]): Silence[] {
  const all = rules.flatMap(({ rule, environments, services }) =>
    services
      .filter(
        ({ source, service, environment }) =>
          source === 'pagerduty' && serviceId.test(service) && environments.includes(environment),
      )
      .map(({ service, ...one }) => ({ service, rule, ...one })),
  );
  return [...new Set(all.map(({ service }) => service))].sort().map((service) => {
    const own = all.filter((one) => one.service === service);
    const few = own.filter(({ recovered }) => recovered < learnsFrom);
    const [slowest] = own.filter((one) => !few.includes(one)).sort((a, b) => b.p90Ms - a.p90Ms || (a.rule < b.rule ? -1 : 1));
    const learned = slowest === undefined ? 0 : Math.ceil(slowest.p90Ms / 60_000);
    const floor = few.length > 0 ? silentMinutes.usual : silentMinutes.least;
    return {
      service,
      minutes: Math.min(silentMinutes.most, Math.max(floor, learned)),
      ...(slowest === undefined ? {} : { by: pick(slowest) }),
      few: few.map(({ rule, environment, recovered }) => ({ rule, environment, recovered })),
    };
  });
}

const pick = ({ rule, environment, recovered, p90Ms }: NonNullable<Silence['by']>): NonNullable<Silence['by']> => ({
  rule,
  environment,
  recovered,
  p90Ms,
});

/** A file that Terraform takes as it stands. */
export function tfvars(found: readonly Silence[]): string {
  const lines = found.flatMap((one) => [`  # ${silenceWords(one)}`, `  ${JSON.stringify(one.service)} = ${one.minutes}`]);
  return [
    '# Minutes that OpsSentinel has before PagerDuty wakes people by itself. Written by: opssentinel rules escalation',
    ...(found.length === 0
      ? [`# No automatic rule has recovered anything yet: silent_minutes counts, usually ${silentMinutes.usual}.`]
      : []),
    ...(lines.length === 0 ? [`${silentVariable} = {}`] : [`${silentVariable} = {`, ...lines, '}']),
  ].join('\n');
}

/** `ec2-cpu-high in prod: p90 7 min 12 s, n 38; disk-usage-high in prod: 3 recoveries, too few`. */
export function silenceWords({ by, few }: Pick<Silence, 'by' | 'few'>): string {
  const known = by === undefined ? [] : [`${by.rule} in ${by.environment}: p90 ${duration(by.p90Ms)}, n ${by.recovered}`];
  const unknown = few.map(
    ({ rule, environment, recovered }) => `${rule} in ${environment} (${counted(recovered, 'recovery', 'recoveries')})`,
  );
  const rest = unknown.length === 0 ? [] : [`too little is known of ${listed(unknown)}: not less than ${silentMinutes.usual}`];
  return [...known, ...rest].join('; ');
}
