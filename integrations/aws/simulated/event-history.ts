import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../domain/json.js';
import type { WireResponse } from '../../contract/simulator.js';
import { isRead } from './wire.js';

/** One call as it came, with whose session it was: `userIdentity.sessionContext` flattened (contracts 5.9). */
export interface TrailEvent {
  /** ISO 8601, UTC. */
  at: string;
  operation: string;
  account: string;
  region: string;
  /** Empty where no role was assumed. */
  role: string;
  session: string;
  sourceIdentity: string;
  /** Session tag `opssentinel:incident`. */
  incident: string;
  /** What was asked for: members of the body, fields of the form, parts of the path. */
  requestParameters: Record<string, unknown>;
}

/** An event of CloudTrail's history. */
export interface HistoryEvent {
  account: string;
  region: string;
  /** Epoch seconds: CloudTrail keeps no fractions. */
  at: number;
  /** As LookupEvents lists it (Event in the service's model). */
  told: {
    EventId: string;
    EventName: string;
    ReadOnly: string;
    AccessKeyId?: string;
    EventTime: number;
    EventSource: string;
    Username: string;
    Resources: { ResourceType: string; ResourceName: string }[];
    CloudTrailEvent: string;
  };
}

/** Data events, which the history leaves out (CloudTrail user guide, "Logging data events"). */
const data = new Set(['lambda:Invoke', 'cloudwatch:GetMetricData', 'cloudwatch:PutMetricData', 'logs:PutLogEvents']);

/** A call as CloudTrail tells it. `undefined`: it tells nothing. Source: CloudTrail user guide, "CloudTrail record contents". */
export function historyOf(event: TrailEvent, key: string, answer: WireResponse): HistoryEvent | undefined {
  const { operation, account, region, at: when, session } = event;
  if (data.has(operation)) return undefined;
  const [service = '', name = ''] = operation.split(':');
  const readOnly = isRead(operation);
  const text = String(answer.body ?? '');
  return listed({
    account,
    region,
    at: Math.floor(Date.parse(when) / 1_000),
    service,
    name,
    readOnly,
    key,
    userName: session || person,
    identity: identityOf(event, key),
    ...(answer.status >= 400 ? { errorCode: codeIn(text) } : {}),
    request: shown(event),
    response: !readOnly && service === 'ssm' && answer.status < 400 ? lowered(JSON.parse(text) as JsonObject) : null,
    resources: resourcesOf(event),
  });
}

/** What differs from event to event. */
export interface Written extends Pick<HistoryEvent, 'account' | 'region' | 'at'> {
  service: string;
  name: string;
  readOnly: boolean;
  /** Access key id, where it is known. */
  key?: string;
  userName: string;
  identity: JsonObject;
  errorCode?: string;
  request: JsonObject;
  response: JsonObject | null;
  resources: HistoryEvent['told']['Resources'];
  /** In place of the event's JSON. */
  raw?: string;
}

/** One event, as CloudTrail writes and LookupEvents lists it. */
export function listed({ account, region, at, service, name, readOnly, key, userName, raw, ...one }: Written): HistoryEvent {
  const eventID = randomUUID();
  const eventSource = `${service === 'cloudwatch' ? 'monitoring' : service}.amazonaws.com`;
  const record = {
    eventVersion: '1.11',
    userIdentity: one.identity,
    eventTime: new Date(at * 1_000).toISOString().replace('.000Z', 'Z'),
    eventSource,
    eventName: name,
    awsRegion: region,
    ...(one.errorCode === undefined ? {} : { errorCode: one.errorCode }),
    requestParameters: one.request,
    responseElements: one.response,
    eventID,
    readOnly,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
  const told = {
    EventId: eventID,
    EventName: name,
    ReadOnly: String(readOnly),
    ...(key === undefined ? {} : { AccessKeyId: key }),
    EventTime: at,
    EventSource: eventSource,
    Username: userName,
    Resources: one.resources,
    CloudTrailEvent: raw ?? JSON.stringify(record),
  };
  return { account, region, at, told };
}

/** Whoever calls without a role's session is a person: ourselves always have one where the policy names a role. */
const person = 'grace';

function identityOf({ account, role, session, sourceIdentity }: TrailEvent, key: string): JsonObject {
  if (role === '')
    return {
      type: 'IAMUser',
      arn: `arn:aws:iam::${account}:user/${person}`,
      accountId: account,
      accessKeyId: key,
      userName: person,
    };
  return {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
    accountId: account,
    accessKeyId: key,
    sessionContext: {
      sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${account}:role/${role}`, accountId: account, userName: role },
      ...(sourceIdentity === '' ? {} : { sourceIdentity }),
    },
  };
}

const codeIn = (text: string): string =>
  /"__type":"([^"]+)"/.exec(text)?.[1] ?? /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? 'InternalFailure';

const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** CloudTrail writes members with a small letter. */
const lowered = (value: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      lower(name),
      typeof one === 'object' && one !== null && !Array.isArray(one) && name !== 'Parameters' ? lowered(one) : one,
    ]),
  );

/** `requestParameters`: EC2 has its own way with lists, and the query protocol's texts are numbers and booleans again. */
function shown({ operation, requestParameters }: TrailEvent): JsonObject {
  const given = requestParameters as JsonObject;
  if (!/^(ec2|rds|autoscaling|sts):/.test(operation)) return lowered(given);
  const ids = Object.keys(given).filter((name) => name.startsWith('InstanceId.'));
  const rest = Object.entries(given).filter(([name]) => !/[.]/.test(name) && name !== 'Action' && name !== 'Version');
  return {
    ...Object.fromEntries(rest.map(([name, value]) => [lower(name), plain(String(value))])),
    ...(ids.length > 0 ? { instancesSet: { items: ids.map((name) => ({ instanceId: given[name] ?? '' })) } } : {}),
  };
}

const plain = (text: string): string | number | boolean =>
  text === 'true' || text === 'false' ? text === 'true' : /^\d{1,9}$/.test(text) ? Number(text) : text;

/** EC2, RDS and Auto Scaling name what a call was about; SSM and ECS do not. */
function resourcesOf({ operation, requestParameters: given }: TrailEvent): HistoryEvent['told']['Resources'] {
  const [service = ''] = operation.split(':');
  const [type, pattern] = {
    ec2: ['AWS::EC2::Instance', /^InstanceId\.\d+$/] as const,
    rds: ['AWS::RDS::DBInstance', /^DBInstanceIdentifier$/] as const,
    autoscaling: ['AWS::AutoScaling::AutoScalingGroup', /^AutoScalingGroupName$/] as const,
  }[service] ?? ['', undefined];
  return Object.entries(given).flatMap(([name, value]) =>
    pattern?.test(name) ? [{ ResourceType: type, ResourceName: String(value) }] : [],
  );
}
