import type { JsonObject } from '../../../domain/json.js';
import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { json, membersOf, type Scope } from './wire.js';

type Answer = (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;

/** An alarm beside those that are shipped: composite, of metric math, with an odd name. As DescribeAlarms would tell it. */
interface MoreAlarm {
  account: string;
  region: string;
  described: JsonObject & { AlarmName: string };
  /** Names; a composite alarm. */
  children?: string[];
}

interface Asked {
  AlarmNames: string[];
  AlarmNamePrefix: string;
  ChildrenOfAlarmName: string;
  AlarmTypes: string[];
  ResourceARN: string;
}

interface Listed {
  MetricAlarms: JsonObject[];
  CompositeAlarms: JsonObject[];
}

export interface MoreAlarms {
  /** CloudWatch's own answer, with these alarms in it. */
  within: (answer: Answer) => Answer;
  /** `POST alarms` takes `{"account", "region", "described": {…}, "children": […]}` or `{"tags": {"<arn>": {"service": "web"}}}`. */
  control: (request: WireRequest) => JsonObject | undefined;
  reset: () => void;
}

export function createMoreAlarms(): MoreAlarms {
  const alarms: MoreAlarm[] = [];
  const tags = new Map<string, Record<string, string>>();

  // contracts 2.2: composite alarms and their children. Source: botocore cloudwatch 2010-08-01, DescribeAlarms.
  const described = (answer: Answer, scope: Scope, request: WireRequest): WireResponse => {
    const asked = membersOf<Asked>(request);
    if (asked.ChildrenOfAlarmName !== undefined) return childrenOf(answer, scope, request, asked.ChildrenOfAlarmName);
    const shipped = listIn(answer(scope, 'DescribeAlarms', request));
    const { AlarmNames, AlarmNamePrefix = '', AlarmTypes = ['MetricAlarm'] } = asked;
    const here = alarms.filter(
      ({ account, region, described: { AlarmName } }) =>
        account === scope.account && region === scope.region && (AlarmNames === undefined || AlarmNames.includes(AlarmName)),
    );
    const begins = (alarm: JsonObject): boolean => String(alarm['AlarmName']).startsWith(AlarmNamePrefix);
    const of = (type: string, composite: boolean): JsonObject[] =>
      AlarmTypes.includes(type)
        ? here.filter(({ children }) => (children !== undefined) === composite).map((one) => one.described)
        : [];
    return json(request, {
      MetricAlarms: [...shipped.MetricAlarms, ...of('MetricAlarm', false)].filter(begins),
      CompositeAlarms: [...shipped.CompositeAlarms, ...of('CompositeAlarm', true)].filter(begins),
    });
  };

  // DescribeAlarms, ChildrenOfAlarmName: name, ARN, state and its time alone.
  const childrenOf = (answer: Answer, scope: Scope, request: WireRequest, parent: string): WireResponse => {
    const { children = [] } = alarms.find((one) => one.described.AlarmName === parent) ?? {};
    const body = Buffer.from(JSON.stringify({ AlarmNames: children, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }));
    const { MetricAlarms, CompositeAlarms } = listIn(described(answer, scope, { ...request, body }));
    return json(request, { MetricAlarms: MetricAlarms.map(brief), CompositeAlarms: CompositeAlarms.map(brief) });
  };

  const tagsOf = (request: WireRequest): WireResponse => {
    const given = tags.get(membersOf<Asked>(request).ResourceARN ?? '') ?? {};
    return json(request, { Tags: Object.entries(given).map(([Key, Value]) => ({ Key, Value })) });
  };

  return {
    within: (answer) => (scope, action, request) => {
      if (action === 'ListTagsForResource') return tagsOf(request);
      return action === 'DescribeAlarms' ? described(answer, scope, request) : answer(scope, action, request);
    },
    control: ({ method, path, body }) => {
      if (method !== 'POST' || path !== '/alarms') return undefined;
      const wanted = JSON.parse(body.toString('utf8')) as MoreAlarm & { tags?: Record<string, Record<string, string>> };
      for (const [arn, given] of Object.entries(wanted.tags ?? {})) tags.set(arn, given);
      if (wanted.described)
        alarms.push({ ...wanted, described: { AlarmArn: arnOf(wanted), StateValue: 'ALARM', ...wanted.described } });
      return { alarms: alarms.map((one) => one.described.AlarmName) };
    },
    reset: () => {
      alarms.length = 0;
      tags.clear();
    },
  };
}

const arnOf = ({ account, region, described }: MoreAlarm): string =>
  `arn:aws:cloudwatch:${region}:${account}:alarm:${described.AlarmName}`;

const listIn = (answer: WireResponse | undefined): Listed => JSON.parse(String(answer?.body ?? '{}')) as Listed;

function brief(alarm: JsonObject): JsonObject {
  const shown = ['AlarmName', 'AlarmArn', 'StateValue', 'StateUpdatedTimestamp'];
  return Object.fromEntries(Object.entries(alarm).filter(([name]) => shown.includes(name)));
}
