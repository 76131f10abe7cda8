import type { Hold } from '../domain/hold.js';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Registry } from '../integrations/contract/registry.js';
import type { Ledger } from '../ledger/port.js';
import type { RulesProblem, RulesSummary } from './shapes.js';
import type { Rate } from './buckets.js';
import type { ApiTokens } from './tokens.js';

/** The part of Temporal's client that the API uses. */
export type TemporalClient = Pick<Client, 'connection' | 'workflow'>;

/** The loaded rules, as far as they are shown and reloaded here. */
export interface RulesDoor {
  current: () => RulesSummary;
  /** Loads again. With problems, the set before stays; they are returned and shown by `current`. */
  reload: () => Promise<RulesProblem[]>;
  /** The policy's freezes in force and to come, as holds. `now`: epoch milliseconds. */
  freezes: (now: number) => Hold[];
}

export interface ApiDeps {
  ledger: Ledger;
  temporal: TemporalClient;
  registry: Pick<Registry, 'sources'>;
  /** For the sources' `door` schemas, and for what senders prove themselves by: names as in the reference. */
  env: Readonly<Record<string, string | undefined>>;
  tokens: ApiTokens;
  rules: RulesDoor;
  host: string;
  /** 0: any free one. */
  port: number;
  metricsPort: number;
  mode: 'sandbox' | 'live';
  /** Address of Temporal's Web UI, linked from `/`. */
  temporalUi?: string | undefined;
  version: string;
  log: Logger;
  /** Limits; every one has a default. */
  limits?: Partial<ApiLimits>;
}

export interface ApiLimits {
  /** From the complete body of a webhook to its answer. PagerDuty waits 5 s. */
  doorDeadlineMs: number;
  /** Starts and signals that are under way at Temporal at once. */
  doorConcurrency: number;
  /** Webhooks that wait for one of those; beyond, the answer is 503. */
  doorQueue: number;
  /** Event ids known to be durable, kept in memory; 0 switches that off. */
  rememberedEvents: number;
  /** Deliveries of one request that are under way at once. */
  deliveriesAtOnce: number;
  /** Webhooks of one door, whoever sends. */
  doorRate: Rate;
  /** Webhooks of one door from one address. PagerDuty sends from few addresses, and tries a 429 again. */
  senderRate: Rate;
  /** Requests to the REST API from one address. */
  restRate: Rate;
  /** Calls of one reading MCP tool with one caller's tokens. */
  mcpReadRate: Rate;
  /** Advice of one caller over MCP. */
  mcpProposeRate: Rate;
  /** Wrong tokens from one address. */
  wrongTokens: Rate;
  /** How long an approval waits for the run's answer. */
  approvalDeadlineMs: number;
  /** How often changed certificate files are taken up. */
  certificatesEveryMs: number;
  /** Live streams that may be open at once. */
  streams: number;
  /** A comment in every stream, so that nothing on the way takes it for dead. */
  streamKeepAliveMs: number;
  /** A live stream looks by itself this often, should a notice have been lost. */
  streamPollMs: number;
}

export const defaultLimits: ApiLimits = {
  doorDeadlineMs: 2000,
  doorConcurrency: 32,
  doorQueue: 512,
  rememberedEvents: 10_000,
  deliveriesAtOnce: 16,
  doorRate: { perSecond: 1000, burst: 4000 },
  senderRate: { perSecond: 500, burst: 2000 },
  restRate: { perSecond: 100, burst: 500 },
  mcpReadRate: { perSecond: 5, burst: 60 },
  mcpProposeRate: { perSecond: 0.1, burst: 10 },
  wrongTokens: { perSecond: 0.5, burst: 30 },
  approvalDeadlineMs: 10_000,
  certificatesEveryMs: 30_000,
  streams: 200,
  streamKeepAliveMs: 15_000,
  streamPollMs: 5000,
};
