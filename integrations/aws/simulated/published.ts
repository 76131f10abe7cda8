import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { failure, json, membersOf, type Scope } from './wire.js';
import type { AwsWorld } from './world.js';

interface Datum {
  MetricName?: string;
  Dimensions?: { Name: string; Value: string }[];
  /** Epoch seconds. */
  Timestamp?: number;
  Value?: number;
  Values?: number[];
  StatisticValues?: object;
  Unit?: string;
  StorageResolution?: number;
}

interface Put {
  Namespace?: string;
  MetricData?: Datum[];
}

export interface PublishedDatum {
  account: string;
  namespace: string;
  metric: string;
  dimensions: Record<string, string>;
  value: number | undefined;
  unit: string | undefined;
}

export interface Published {
  all: () => readonly PublishedDatum[];
  /** PutMetricData. */
  answer: (scope: Scope, request: WireRequest) => WireResponse;
  reset: () => void;
}

/**
 * PutMetricData with its real limits (contracts 6). No line in the ledger of effects, as for the logs: it is no remediation; `GET metrics`
 * shows what arrived.
 */
export function createPublished(world: AwsWorld): Published {
  const data: PublishedDatum[] = [];
  return {
    all: () => data,
    answer: (scope, request) => {
      const { Namespace: namespace = '', MetricData: given = [] } = membersOf<Put>(request);
      if (request.body.length > 1_048_576) return failure(request, 'RequestEntityTooLarge', 'Request is over 1 MB.', 413);
      const problem =
        namespaceProblem(namespace) ??
        listProblem(given) ??
        given.map((one) => problemWith(one, world.sandbox.now())).find(Boolean);
      if (problem) return failure(request, 'InvalidParameterValueException', problem);
      for (const { MetricName = '', Dimensions = [], Value, Unit } of given)
        data.push({
          account: scope.account,
          namespace,
          metric: MetricName,
          dimensions: Object.fromEntries(Dimensions.map(({ Name, Value: value }) => [Name, value])),
          value: Value,
          unit: Unit,
        });
      return json(request, {});
    },
    reset: () => void (data.length = 0),
  };
}

const namespaceProblem = (namespace: string): string | undefined =>
  namespace === '' || namespace.startsWith('AWS/') || namespace.startsWith(':')
    ? 'The value AWS/ for parameter Namespace is invalid.'
    : undefined;

const listProblem = (given: readonly Datum[]): string | undefined =>
  given.length === 0 || given.length > 1_000 ? `The collection MetricData must not have a size greater than 1000.` : undefined;

const units = new Set(['Count', 'Seconds', 'Milliseconds', 'Percent', 'Bytes', 'None']);

function problemWith(
  { MetricName, Dimensions = [], Timestamp, Value, Values, StatisticValues, Unit, StorageResolution }: Datum,
  now: number,
) {
  if (!MetricName) return 'The parameter MetricData.member.1.MetricName is required.';
  if (Dimensions.length > 30) return 'The collection MetricData.member.1.Dimensions must not have a size greater than 30.';
  if (Dimensions.some(({ Name, Value: value }) => !/^[\x20-\x7e]{1,255}$/.test(Name) || !/^[\x20-\x7e]{1,1024}$/.test(value)))
    return 'The value of a dimension must be 1 to 1024 characters of ASCII.';
  if (Value === undefined && Values === undefined && StatisticValues === undefined)
    return 'At least one of the parameters must be specified.';
  if ((Values?.length ?? 0) > 150) return 'The collection MetricData.member.1.Values must not have a size greater than 150.';
  if (Value !== undefined && !Number.isFinite(Value)) return 'The value for parameter MetricData.member.1.Value is invalid.';
  if (Unit !== undefined && !units.has(Unit)) return `The parameter MetricData.member.1.Unit must be a value in the set.`;
  if (StorageResolution !== undefined && StorageResolution !== 1 && StorageResolution !== 60)
    return 'StorageResolution is 1 or 60.';
  const ageMs = Timestamp === undefined ? 0 : now - Timestamp * 1_000;
  if (ageMs > 14 * 24 * 3_600_000 || ageMs < -2 * 3_600_000)
    return 'The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks and two hours ahead.';
  return undefined;
}
