import type { Trust } from './delivery.js';

/** The alert behind an incident, in our words, whatever tool raised it. What `when` and `unless` read. */
export interface Alert {
  /** Which tool raised it: `cloudwatch`, `grafana`, … or the source's own id when nothing more is known. */
  source: string;
  name: string;
  namespace?: string;
  metric?: string;
  threshold?: number;
  /** CloudWatch dimensions and Prometheus labels alike. */
  labels: Record<string, string>;
  severity?: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  account?: string;
  region?: string;
  trust: Trust;
  /** One alert that comes by two ways has one key. */
  correlationKey: string;
  /** What an independent witness needs to find it again, e.g. the alarm's ARN. */
  origin?: { kind: string; id: string };
}

/** What an independent read says of the alert. `unknown` is never `firing`. */
export interface Witness {
  /** Which read: `aws.cloudwatch.alarm`, or the source's own state. */
  by: string;
  state: 'firing' | 'clear' | 'unknown';
  /** ISO 8601, UTC: since when it has been so. */
  since?: string;
  /** When it was read. */
  readAt: string;
  /** The labels as the witness has them: targets come from here, not from the webhook. */
  labels?: Record<string, string>;
  /** A sentence for people: `DescribeAlarms: ALARM since 03:12:38Z`. */
  says: string;
}
