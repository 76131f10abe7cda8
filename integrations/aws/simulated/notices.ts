import type { AlarmEvent, Simulator } from '../../contract/simulator.js';
import { topicOf } from '../../wire/simulated/cloudwatch.js';
import type { Change } from './alarm-messages.js';
import { createEventBridge } from './eventbridge.js';
import { createMoreAlarms, type MoreAlarms } from './more-alarms.js';
import { createSns } from './sns/sns.js';
import type { AwsWorld } from './world.js';

export interface Notices {
  /** CloudWatch's answer with the alarms that were added by hand. */
  within: MoreAlarms['within'];
  /** The simulator of AWS with SNS and EventBridge beside it. */
  beside: (aws: Simulator) => Simulator;
}

/** contracts 2.1, 2.3: what tells of alarms, SNS and EventBridge. Both are silent until they are switched on, by `POST /_sandbox/aws/sns` and `…/eventbridge`. */
export function createNotices(world: AwsWorld): Notices {
  const { sandbox } = world;
  const sns = createSns(world);
  const eventBridge = createEventBridge(world);
  const more = createMoreAlarms();
  const began = sandbox.now();
  const before = new Map<string, { state: AlarmEvent['state']; since: number }>();

  sandbox.on('alarm', (data) => {
    const { name, state } = data as AlarmEvent;
    const alarm = sandbox.alarms.find((one) => one.name === name);
    const last = before.get(name) ?? { state: 'OK', since: began };
    // CloudWatch tells of changes alone.
    if (!alarm || last.state === state) return;
    const change: Change = { alarm, state, at: world.lifeOf(name).since, before: last.since };
    before.set(name, { state, since: change.at });
    sns.tell(change);
    eventBridge.tell(change);
  });

  return {
    within: more.within,
    beside: (aws) => ({
      ...aws,
      claims: (request) => sns.claims(request) || aws.claims(request),
      operation: (request) => (sns.claims(request) ? sns.operation(request) : aws.operation(request)),
      answer: (request) => (sns.claims(request) ? sns.answer(request) : aws.answer(request)),
      refusal: (request, status) => (sns.claims(request) || !aws.refusal ? sns.refusal(status) : aws.refusal(request, status)),
      control: (request) =>
        sns.control(request) ?? eventBridge.control(request) ?? more.control(request) ?? aws.control?.(request),
      controls: {
        ...aws.controls,
        'GET /sns': 'what SNS delivered, and how it was answered',
        'POST /sns': 'switches SNS on with `{"deliver": true}`, or changes how it signs and sends',
        'POST /sns/sign': 'a message as SNS would sign it',
        'GET /eventbridge': 'what EventBridge delivered, and how it was answered',
        'POST /eventbridge': 'switches EventBridge on with `{"deliver": true}`',
        'POST /alarms': 'another alarm: composite, of metric math, of an odd name',
      },
      environment: (at) => ({
        ...aws.environment(at),
        OPSSENTINEL_SNS_TOPICS: [...new Set(sandbox.alarms.map(topicOf))].join(','),
      }),
      reset: () => {
        aws.reset();
        sns.reset();
        eventBridge.reset();
        more.reset();
        before.clear();
      },
    }),
  };
}
