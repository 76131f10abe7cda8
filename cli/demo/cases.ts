import type { OutcomeKind } from '../../domain/outcome.js';

/** One incident of the demo, and how it is announced to end. */
export interface DemoCase {
  title: string;
  /** Shipped alarm of the sandbox. */
  alarm: string;
  /** What is special about it, for the headline. */
  note: string;
  ends: OutcomeKind;
  /** Effects on the (simulated) cloud. */
  effects: number;
  /** A guard that must have refused. */
  refusedBy?: string;
  /** What the demo itself does in the middle. */
  interlude?: 'kill the worker' | 'approve';
  /** Said after the outcome. */
  lesson: string;
}

/** The four use cases, and a refusal: the plain way, a worker's death, a step that does not help, a human, and a no. */
export const cases: readonly DemoCase[] = [
  {
    title: 'EC2 CPU spike',
    alarm: 'ec2-cpu-high',
    note: 'staging, mode auto',
    ends: 'remediated',
    effects: 1,
    lesson: '1 effect; 2 duplicate deliveries started nothing',
  },
  {
    title: 'ECS service crash',
    alarm: 'ecs-service-down',
    note: 'prod, mode auto',
    ends: 'remediated',
    effects: 1,
    interlude: 'kill the worker',
    lesson: '1 effect, although the worker died',
  },
  {
    title: 'Disk over 80 %',
    alarm: 'disk-usage-high',
    note: 'staging, mode auto, 2 steps',
    ends: 'remediated',
    effects: 2,
    lesson: '2 effects, 1 per step: exit code 0 is not recovery',
  },
  {
    title: 'PagerDuty incident',
    alarm: 'service-overload',
    note: 'prod, mode approve',
    ends: 'remediated',
    effects: 1,
    interlude: 'approve',
    lesson: 'given back 2 h after the incident is closed',
  },
  {
    title: 'EC2 CPU spike again',
    alarm: 'ec2-cpu-high',
    note: 'same instance as 1/5',
    ends: 'escalated',
    effects: 0,
    refusedBy: 'cooldown',
    lesson: '0 effects, as it should be',
  },
];
