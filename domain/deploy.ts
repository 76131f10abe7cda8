/** Somebody changes a service: while this lasts, and for a while after, an alert is most likely theirs. */
export interface Deploy {
  /** The sender's own id: the same for its beginning and its end. */
  id: string;
  /** Name or id of the service, as rules and the incident's source know it. */
  service: string;
  environment?: string;
  says: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** Absent while it runs. */
  endedAt?: string;
}

/** A deployment that concerns an incident, wherever it was learnt. */
export interface DeploySeen {
  /** Who told: `api`, `pagerduty`, `aws.ecs.service`. */
  from: string;
  /** What the vendor calls it; absent: it has no name. */
  id?: string;
  says: string;
  /** Epoch milliseconds; absent where it is only known that one runs. */
  startedAt?: number;
  /** Epoch milliseconds; absent while it runs. */
  endedAt?: number;
  /** Read from the target itself, where our own effects show too. */
  onTarget?: true;
}

/**
 * Whether a source that the policy names is this one: `pagerduty.change-events` is of `pagerduty`, and `aws.ecs` covers
 * `aws.ecs.service`.
 */
export const namesSource = (named: string, source: string): boolean =>
  named === source || named.startsWith(`${source}.`) || source.startsWith(`${named}.`);

/** What is known of deployments around one incident. */
export interface DeployFacts {
  seen: DeploySeen[];
  /** Who was asked and answered. */
  known: string[];
  /** Who could not be asked, and why. */
  unknown: { from: string; because: string }[];
}

/** Source of what senders told our own API, at `POST /api/v1/deploys` or a door. */
export const toldToUs = 'api';

/** A deployment whose end nobody told counts as running for so long. Milliseconds. */
export const longestDeployMs = 24 * 3_600_000;
