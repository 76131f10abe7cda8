import type { IncomingHttpHeaders } from 'node:http';
import type { Json, JsonObject } from '../../domain/json.js';

/** A request as a simulator sees it: the vendor's real wire protocol, body still in bytes. */
export interface WireRequest {
  method: string;
  /** Path without query, as it came: a simulator with a mount takes it off itself. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface WireResponse {
  status: number;
  headers?: Record<string, string>;
  /** Without a content type of its own it is sent as JSON. */
  body?: string | Uint8Array;
}

/** One line of the sandbox's ledger of effects: the ground truth that tests judge by. */
export interface SandboxEffect {
  seq: number;
  /** ISO 8601, UTC. */
  at: string;
  vendor: string;
  operation: string;
  target: string;
  /** The attempt key as it came over the wire; empty where the call cannot carry one. */
  key: string;
  outcome: string;
}

/** What repairs, among everything that had an effect: telling people and their tools is none. */
export const remedies = (effects: readonly SandboxEffect[]): SandboxEffect[] =>
  effects.filter(({ vendor }) => vendor === 'aws' || vendor === 'mcp');

/** An alarm that the sandbox ships: data for every simulator that knows of it. A type, so that it can travel as JSON. */
export type SandboxAlarm = {
  name: string;
  arn: string;
  account: string;
  region: string;
  namespace: string;
  metric: string;
  /** As CloudWatch names it: `GreaterThanThreshold`. */
  comparison: string;
  threshold: number;
  /** Seconds. */
  period: number;
  dimensions: Record<string, string>;
  /** The PagerDuty service that it opens incidents on. */
  service: { id: string; name: string };
  /** A datapoint while it is in ALARM, and one while it is OK. */
  reading: { alarm: number; ok: number };
  /** What heals it beyond its dimensions: `{ AutoScalingGroupName: … }`. */
  about?: Record<string, string>;
  /** It is no alarm of CloudWatch: PagerDuty gets a bare incident of this title, as a person opens it. */
  title?: string;
  /** Alarms that go with it. */
  also?: string[];
  /** It tells nobody: no incident is opened for it. */
  silent?: boolean;
};

/** What travels with the event `alarm`. Whoever emits it hears it too, as does everybody else, at once and in order. */
export type AlarmEvent = { name: string; state: 'ALARM' | 'OK' };

/** Faults that the sandbox's server, or a simulator that sends, plays out. */
export type FaultKind =
  | 'ok'
  | '400'
  | '401'
  | '403'
  | '404'
  | '409'
  | '429'
  | '500'
  | '503'
  | 'reset-before'
  | 'execute-then-500'
  | 'execute-then-timeout'
  | 'execute-then-reset'
  | 'slow-body'
  | 'half-body'
  | 'duplicate-delivery';

/** What the sandbox lends to every simulator. */
export interface SandboxWorld {
  /** Every alarm that is shipped. */
  alarms: readonly SandboxAlarm[];
  /** Uses up one scripted fault of this operation, if one is due. For simulators that send; requests are handled by the server. */
  takeFault: (operation: string) => { kind: FaultKind; delayMs: number } | undefined;
  now: () => number;
  /** Base address of the sandbox itself, e.g. `http://127.0.0.1:8090`. */
  address: () => string;
  /** Writes a line into the effects ledger. */
  effect: (line: Omit<SandboxEffect, 'seq' | 'at'>) => SandboxEffect;
  /** Runs later, unless the sandbox is reset or stopped. Milliseconds. */
  later: (ms: number, run: () => void) => void;
  /** Tells every simulator: `alarm` with an AlarmEvent; and so on. */
  emit: (event: string, data: Json) => void;
  on: (event: string, listener: (data: Json) => void) => void;
  /** Settings of this run: webhook address and secret. */
  settings: SandboxSettings;
}

export interface SandboxSettings {
  webhookUrl: string;
  webhookSecret: string;
  /** Base address of the API, for simulators that send: `http://127.0.0.1:8080`. */
  apiUrl: string;
  /** The token that the simulators show at the doors that take one. */
  doorToken: string;
  /** Factor on how long the simulated systems take: 0.5 is twice as fast. */
  speed: number;
  /** Number of the first incident: a sandbox whose runs are kept must not use an id again. */
  firstIncident: number;
}

/** A vendor's simulator: one or more mounts, each answering on the vendor's wire protocol. */
export interface Simulator {
  vendor: string;
  /** Whether a request is this vendor's (host is always the sandbox: decided by path prefix or AWS headers). */
  claims: (request: WireRequest) => boolean;
  /** Name of the operation, for the calls list and for faults: `ssm:StartAutomationExecution`. */
  operation: (request: WireRequest) => string;
  /** An operation that it does not know answers 501; the sandbox keeps a list of those. */
  answer: (request: WireRequest) => Promise<WireResponse> | WireResponse;
  /** A scripted refusal in the vendor's own shape; without it the sandbox answers with plain JSON. */
  refusal?: (request: WireRequest, status: number) => WireResponse;
  /** Extra routes below `/_sandbox/<vendor>/`, for people and tests; `path` is what follows, with its slash. `undefined`: no such route. */
  control?: (request: WireRequest) => Promise<JsonObject | undefined> | JsonObject | undefined;
  /** Those routes with what each shows or takes: `GET /annotations`. For the sandbox's front page; a simulator that has some lists all. */
  controls?: Readonly<Record<string, string>>;
  /** How much it was told and keeps, by what it is in the plural: `{ notes: 5 }`. Shown together by `GET /_sandbox/received`. */
  received?: () => Record<string, number>;
  /** The variables that connect its integration with it: what `dev`, `demo` and tests start the product with. */
  environment: (sandbox: { address: string; webhookSecret: string; doorToken: string }) => Record<string, string>;
  reset: () => void;
}

/** The default export of every `*.sim.ts` that the sandbox loads. */
export type CreateSimulator = (world: SandboxWorld) => Simulator;
