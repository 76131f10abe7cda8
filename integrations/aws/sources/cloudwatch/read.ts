import type { IncidentRef } from '../../../../domain/incident.js';
import type { JsonObject } from '../../../../domain/json.js';
import type { CallWith } from '../../../contract/call.js';
import { VendorError } from '../../../contract/errors.js';
import type { SourceReading } from '../../../contract/source.js';
import { within } from '../../call.js';
import type { AwsClient } from '../../client.js';
import { alarmOfId, isNamed, type NamedAlarm } from './alarm-id.js';

/** Without them the answer leaves composite alarms out. */
const AlarmTypes = ['MetricAlarm', 'CompositeAlarm'] as const;
/** DescribeAlarms, AlarmNames and MaxRecords: at most 100. */
const most = 100;
/** Pages of alarms whose names begin alike, where a name is too long for an id. */
const mostPages = 20;

/** Any of both types, as the SDK gives it. */
interface Described {
  AlarmName?: string | undefined;
  AlarmArn?: string | undefined;
  AlarmRule?: string | undefined;
}

type Call = CallWith<AwsClient>;

/**
 * The alarm, its tags, and the children of a composite one; in the alarm's own account and region, whatever the call says.
 * Without its history: when the occurrence began stands in the reference. Throws VendorError; `absent` where the alarm is gone.
 */
export async function readNamedAlarm(call: Call, ref: IncidentRef): Promise<SourceReading> {
  const wanted = alarmOfId(ref.externalId);
  if (!wanted) throw new VendorError('aws', 'refused', `${ref.externalId} does not name a CloudWatch alarm`);
  const there = within(call, wanted);
  const alarm = await find(there, wanted);
  if (!alarm?.AlarmName || !alarm.AlarmArn)
    throw new VendorError('aws', 'absent', `there is no alarm ${wanted.begins} in ${wanted.account}/${wanted.region}`);
  const children = alarm.AlarmRule === undefined ? [] : await childrenOf(there, alarm.AlarmName);
  return {
    incident: { ...plain(alarm), Tags: await tagsOf(there, alarm.AlarmArn), Whole: children !== undefined },
    alerts: (children ?? []).map(plain),
  };
}

async function find(call: Call, wanted: NamedAlarm): Promise<Described | undefined> {
  const { cloudwatch } = call.client;
  const names =
    wanted.digest === undefined ? { AlarmNames: [wanted.begins] } : { AlarmNamePrefix: wanted.begins, MaxRecords: most };
  let NextToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const found = await cloudwatch.describeAlarms(call, {
      ...names,
      AlarmTypes: [...AlarmTypes],
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    const alarms: Described[] = [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])];
    const alarm = alarms.find(({ AlarmName }) => AlarmName !== undefined && isNamed(wanted, AlarmName));
    NextToken = found.NextToken;
    if (alarm || NextToken === undefined) return alarm;
  }
  return undefined;
}

/**
 * Every child, in full. DescribeAlarms gives names and states alone when it is asked for children, so they are asked for once more.
 * `undefined`: not all of them can be known, or one is composite itself.
 */
async function childrenOf(call: Call, name: string): Promise<Described[] | undefined> {
  const { cloudwatch } = call.client;
  const named = await cloudwatch.describeAlarms(call, {
    ChildrenOfAlarmName: name,
    AlarmTypes: [...AlarmTypes],
    MaxRecords: most,
  });
  const names = (named.MetricAlarms ?? []).flatMap(({ AlarmName }) => (AlarmName === undefined ? [] : [AlarmName]));
  if (named.NextToken !== undefined || (named.CompositeAlarms ?? []).length > 0 || names.length === 0) return undefined;
  const full = await cloudwatch.describeAlarms(call, { AlarmNames: names, AlarmTypes: [...AlarmTypes], MaxRecords: most });
  const children = full.MetricAlarms ?? [];
  return children.length === names.length ? children : undefined;
}

/** Tags say what an alarm is about, and decide nothing by themselves: without the right to read them there are none. */
async function tagsOf(call: Call, arn: string): Promise<JsonObject> {
  try {
    const { Tags = [] } = await call.client.cloudwatch.listTagsForResource(call, { ResourceARN: arn });
    return Object.fromEntries(Tags.flatMap(({ Key, Value }) => (Key && Value !== undefined ? [[Key, Value]] : [])));
  } catch (error) {
    if (error instanceof VendorError && error.fault === 'forbidden') return {};
    throw error;
  }
}

/** As a file would hold it: times become ISO 8601. */
const plain = (described: Described): JsonObject => JSON.parse(JSON.stringify(described)) as JsonObject;
