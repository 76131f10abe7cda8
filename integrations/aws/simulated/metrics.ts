import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { diskMetric } from './disks.js';
import { type InsightsQuery, parseInsights } from './insights.js';
import { failure, json, membersOf, type Scope } from './wire.js';
import type { AwsWorld } from './world.js';

/** A series that somebody set by hand: `values` newest first, one per period; none at all is a metric without datapoints. */
export interface SettableSeries {
  account?: string;
  namespace: string;
  metric: string;
  dimensions?: Record<string, string>;
  values: number[];
}

interface MetricStat {
  Metric?: { Namespace?: string; MetricName?: string; Dimensions?: { Name: string; Value: string }[] };
  Period?: number;
  Stat?: string;
}

interface Query {
  Id?: string;
  MetricStat?: MetricStat;
  /** Metrics Insights alone; its period stands beside it. */
  Expression?: string;
  Period?: number;
  ReturnData?: boolean;
}

interface Asked {
  MetricDataQueries: Query[];
  /** Epoch seconds. */
  StartTime: number;
  EndTime: number;
  ScanBy: string;
}

/** Namespace, name and every dimension name a metric: one dimension more or less is another metric. */
const nameOf = (namespace: string, metric: string, dimensions: Readonly<Record<string, string>>): string =>
  JSON.stringify([namespace, metric, Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1))]);

export interface Metrics {
  set: (series: SettableSeries) => void;
  /** GetMetricData. */
  answer: (scope: Scope, request: WireRequest) => WireResponse;
  reset: () => void;
}

/** The metrics behind the shipped alarms, as those stand, and whatever was set by hand. */
export function createMetrics(world: AwsWorld): Metrics {
  const set = new Map<string, SettableSeries>();

  /** What the datapoint of the period that begins at `from` (epoch ms) says; undefined: there is none. */
  const valueAt = (scope: Scope, { Metric }: MetricStat, from: number, periodMs: number): number | undefined => {
    const dimensions = Object.fromEntries((Metric?.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
    const name = nameOf(Metric?.Namespace ?? '', Metric?.MetricName ?? '', dimensions);
    const series = set.get(`${scope.account} ${name}`) ?? set.get(` ${name}`);
    if (series) return series.values[Math.floor((world.sandbox.now() - from) / periodMs)];
    const alarm = world.sandbox.alarms.find(
      (one) =>
        one.account === scope.account &&
        one.region === scope.region &&
        nameOf(one.namespace, one.metric, one.dimensions) === name,
    );
    if (!alarm) return undefined;
    if (alarm.metric === diskMetric.metric) return diskAt(dimensions, from + periodMs);
    const { state, since } = world.lifeOf(alarm.name);
    const isAlarm = from + periodMs > since ? state === 'ALARM' : state !== 'ALARM';
    return isAlarm ? alarm.reading.alarm : alarm.reading.ok;
  };

  const diskAt = (dimensions: Readonly<Record<string, string>>, until: number): number | undefined =>
    world.disks.usedAt(dimensions['InstanceId'] ?? '', dimensions['path'] ?? '', Math.min(until, world.sandbox.now()));

  const queried = (scope: Scope, query: InsightsQuery, from: number, periodMs: number): number | undefined => {
    const alarms = world.sandbox.alarms.filter(({ account, region }) => account === scope.account && region === scope.region);
    const byHand = [...set.values()].filter(({ account = scope.account }) => account === scope.account);
    const values = matching(query, [...alarms, ...byHand])
      .map((stat) => valueAt(scope, stat, from, periodMs))
      .filter((value) => value !== undefined);
    return values.length > 0 ? Math.max(...values) : undefined;
  };

  const resultOf = (
    scope: Scope,
    { StartTime, EndTime, ScanBy }: Partial<Asked>,
    { Id, MetricStat: stat = {}, Expression, Period }: Query,
  ) => {
    const periodMs = (stat.Period ?? Period ?? 60) * 1_000;
    const query = parseInsights(Expression ?? '');
    const points: { at: number; value: number }[] = [];
    const end = Math.min((EndTime ?? 0) * 1_000, world.sandbox.now());
    for (let from = Math.floor((end - 1) / periodMs) * periodMs; from >= (StartTime ?? 0) * 1_000; from -= periodMs) {
      const value = query ? queried(scope, query, from, periodMs) : valueAt(scope, stat, from, periodMs);
      if (value !== undefined) points.push({ at: from / 1_000, value });
    }
    if (ScanBy === 'TimestampAscending') points.reverse();
    return {
      Id,
      Label: stat.Metric?.MetricName ?? query?.metric,
      Timestamps: points.map(({ at }) => at),
      Values: points.map(({ value }) => value),
      StatusCode: 'Complete',
    };
  };

  return {
    set: (series) =>
      void set.set(`${series.account ?? ''} ${nameOf(series.namespace, series.metric, series.dimensions ?? {})}`, series),
    // Source: the service's model (botocore cloudwatch 2010-08-01), GetMetricData.
    answer: (scope, request) => {
      const asked = membersOf<Asked>(request);
      const problem = problemWith(asked);
      if (problem) return failure(request, problem.code, problem.says);
      const { MetricDataQueries: queries = [] } = asked;
      return json(request, {
        MetricDataResults: queries.filter(({ ReturnData }) => ReturnData !== false).map((query) => resultOf(scope, asked, query)),
        Messages: [],
      });
    },
    reset: () => set.clear(),
  };
}

const validPeriod = (period: number | undefined): boolean =>
  period !== undefined && ([1, 5, 10, 20, 30].includes(period) || (period > 0 && period % 60 === 0));

/** Every series of a query, as metrics. The highest of them stands for whatever function was asked for. */
const matching = (
  { metric, namespace, where }: InsightsQuery,
  known: readonly Pick<SettableSeries, 'namespace' | 'metric' | 'dimensions'>[],
): MetricStat[] =>
  known
    .filter((one) => one.namespace === namespace && one.metric === metric)
    .filter(({ dimensions = {} }) => Object.entries(where).every(([name, value]) => dimensions[name] === value))
    .map(({ dimensions = {} }) => ({
      Metric: {
        Namespace: namespace,
        MetricName: metric,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
    }));

/** Required in the CloudWatch model (2010-08-01): MetricDataQueries, StartTime, EndTime; a period of 1, 5, 10, 30 or whole minutes. */
function problemWith(asked: Partial<Asked>): { code: string; says: string } | undefined {
  const { MetricDataQueries: queries = [], StartTime, EndTime } = asked;
  if (queries.length === 0 || StartTime === undefined || EndTime === undefined)
    return { code: 'MissingParameter', says: 'MetricDataQueries, StartTime and EndTime are required.' };
  if (StartTime >= EndTime)
    return { code: 'ValidationError', says: 'The parameter StartTime must be less than the parameter EndTime.' };
  if (queries.some(({ MetricStat, Period }) => !validPeriod(MetricStat?.Period ?? Period)))
    return { code: 'ValidationError', says: 'The value of Period is not valid.' };
  const unread = queries.find(({ Expression }) => Expression !== undefined && !parseInsights(Expression));
  return unread && { code: 'ValidationError', says: `Error in expression '${unread.Id ?? ''}': the sandbox does not read it.` };
}
