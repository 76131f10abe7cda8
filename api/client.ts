import type { Decision } from '../domain/plan.js';
import type { Hold } from '../domain/hold.js';
import type { JsonObject } from '../domain/json.js';
import type { LedgerRecord } from '../domain/record.js';
import { ApiError, connectionFailed, readProblem } from './client-error.js';
import { followStream, type Watch } from './client-stream.js';
import type * as shapes from './shapes.js';
import type { LabelBody, LabelReply, RuleRecord } from './shapes-labels.js';

export { ApiError } from './client-error.js';
export type { Watch } from './client-stream.js';

export interface ApiClientOptions {
  /** Base address, e.g. `http://127.0.0.1:8080`. */
  url: string;
  /** Bearer token; left out for what needs none. */
  token?: string | undefined;
  fetch?: typeof fetch;
  /** For a request and its answer; streams have none. Milliseconds. */
  timeoutMs?: number;
}

export interface ApprovalOptions {
  planHash: string;
  reason?: string;
  /** The same key gets the first answer again. */
  idempotencyKey?: string;
}

/** Every method rejects with ApiError. `id` is REST's `{id}` (`pagerduty:Q0HX2R9`) or the source's own (`Q0HX2R9`): then its latest life. */
export interface ApiClient {
  incidents: (limit?: number) => Promise<shapes.IncidentSummary[]>;
  incident: (id: string) => Promise<shapes.IncidentSummary>;
  timeline: (id: string, afterSeq?: number) => Promise<LedgerRecord[]>;
  plan: (id: string) => Promise<{ incident: string; decision: Decision }>;
  /** Live, with everything so far first and reconnecting by itself. `undefined`: all incidents, from now on. Ends when `signal` fires or `onLine` returns 'stop'. */
  watch: (id: string | undefined, onLine: (line: LedgerRecord) => void | 'stop', watch?: Watch) => Promise<void>;
  approve: (id: string, options: ApprovalOptions) => Promise<shapes.ApprovalReply>;
  reject: (id: string, options: ApprovalOptions) => Promise<shapes.ApprovalReply>;
  takeOver: (id: string, reason?: string) => Promise<shapes.TakeOverReply>;
  release: (id: string, reason: string) => Promise<shapes.TakeOverReply>;
  holds: () => Promise<Hold[]>;
  /** With the calendars outside that were closed when somebody last looked. */
  holdList: () => Promise<{ holds: Hold[]; closed: shapes.ClosedCalendar[] }>;
  /** Resolves when the hold is committed: everything that is consumed afterwards sees it. */
  stop: (hold: shapes.HoldBody) => Promise<Hold>;
  resume: (holdId: string) => Promise<shapes.HoldReleased>;
  rules: () => Promise<shapes.RulesSummary>;
  reloadRules: () => Promise<shapes.RulesReloaded>;
  rulesHistory: () => Promise<shapes.RulesHistory>;
  /** `to`: at least eight characters of a set's hash; without it the one before the present one. */
  rollbackRules: (to: string | undefined, reason: string) => Promise<shapes.RulesMoved>;
  followRules: (reason: string) => Promise<shapes.RulesMoved>;
  acceptRules: (reason: string) => Promise<shapes.RulesMoved>;
  revokeRules: (hash: string, reason: string) => Promise<shapes.RulesRevoked>;
  /** A rule's past, by its whole logic hash. */
  ruleRecord: (rule: string, environment: string, logicHash: string) => Promise<RuleRecord>;
  /** Whether what the rule concluded was right. */
  label: (id: string, body: LabelBody) => Promise<LabelReply>;
  evidence: (id: string) => Promise<JsonObject>;
  followers: () => Promise<shapes.FollowerView[]>;
  doors: () => Promise<shapes.DoorView[]>;
  ready: () => Promise<shapes.Readiness>;
}

type Ask = <Reply>(method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>;

/** The API over HTTP, for the command line. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const ask = createAsk(options);
  const incidentPath = (id: string): string => `/api/v1/incidents/${encodeURIComponent(id)}`;
  const decide =
    (decision: 'approve' | 'reject') =>
    (id: string, { idempotencyKey, ...rest }: ApprovalOptions): Promise<shapes.ApprovalReply> =>
      ask(
        'POST',
        `${incidentPath(id)}/approval`,
        { decision, ...rest },
        idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
      );

  return {
    incidents: async (limit = 100) => (await ask<shapes.IncidentList>('GET', `/api/v1/incidents?limit=${limit}`)).incidents,
    incident: (id) => ask('GET', incidentPath(id)),
    timeline: async (id, afterSeq = 0) =>
      (await ask<{ lines: LedgerRecord[] }>('GET', `${incidentPath(id)}/timeline?after=${afterSeq}`)).lines,
    plan: (id) => ask('GET', `${incidentPath(id)}/plan`),
    watch: (id, onLine, watch = {}) =>
      followStream(options, id === undefined ? '/api/v1/timeline' : `${incidentPath(id)}/timeline`, onLine, watch),
    approve: decide('approve'),
    reject: decide('reject'),
    release: (id, reason) => ask('POST', `${incidentPath(id)}/release`, { reason }),
    takeOver: (id, reason) => ask('POST', `${incidentPath(id)}/take-over`, reason === undefined ? {} : { reason }),
    holds: async () => (await ask<{ holds: Hold[] }>('GET', '/api/v1/holds')).holds,
    holdList: async () => {
      // An API of an older build tells of no calendars.
      const { holds, closed = [] } = await ask<{ holds: Hold[]; closed?: shapes.ClosedCalendar[] }>('GET', '/api/v1/holds');
      return { holds, closed };
    },
    stop: (hold) => ask('POST', '/api/v1/holds', hold),
    resume: (holdId) => ask('DELETE', `/api/v1/holds/${encodeURIComponent(holdId)}`),
    rules: () => ask('GET', '/api/v1/rules'),
    reloadRules: () => ask('POST', '/api/v1/rules/reload', {}),
    rulesHistory: () => ask('GET', '/api/v1/rules/revisions'),
    rollbackRules: (to, reason) => ask('POST', '/api/v1/rules/rollback', { ...(to === undefined ? {} : { to }), reason }),
    followRules: (reason) => ask('POST', '/api/v1/rules/follow', { reason }),
    acceptRules: (reason) => ask('POST', '/api/v1/rules/accept', { reason }),
    revokeRules: (hash, reason) => ask('POST', '/api/v1/rules/revoke', { hash, reason }),
    ruleRecord: (rule, environment, logicHash) =>
      ask(
        'GET',
        `/api/v1/rules/${encodeURIComponent(rule)}/record?${new URLSearchParams({ environment, logicHash }).toString()}`,
      ),
    label: (id, body) => ask('POST', `${incidentPath(id)}/label`, body),
    evidence: (id) => ask('GET', `/api/v1/evidence/${encodeURIComponent(id)}`),
    followers: async () => (await ask<shapes.FollowerList>('GET', '/api/v1/followers')).followers,
    doors: async () => (await ask<shapes.DoorList>('GET', '/api/v1/doors')).doors,
    ready: () => ask('GET', '/readyz?verbose'),
  };
}

function createAsk(options: ApiClientOptions): Ask {
  const send = options.fetch ?? fetch;
  return async <Reply>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> => {
    const request: RequestInit = {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs ?? 15_000),
      headers: {
        accept: 'application/json',
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const response = await send(new URL(path, options.url), request).catch((error: unknown) => {
      throw connectionFailed(options.url, error);
    });
    if (!response.ok) throw await readProblem(response);
    return (await response.json().catch(() => {
      throw new ApiError('unavailable', response.status, `${options.url} did not answer with JSON; is that the OpsSentinel API?`);
    })) as Reply;
  };
}
