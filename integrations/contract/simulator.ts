import type { IncomingHttpHeaders } from 'node:http';
import type { Json, JsonObject } from '../../domain/json.js';

/** A request as a simulator sees it: the vendor's real wire protocol, body still in bytes. */
export interface WireRequest {
  method: string;
  /** Path without query, below the vendor's mount. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface WireResponse {
  status: number;
  headers?: Record<string, string>;
  body?: string;
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

/** What the sandbox lends to every simulator. */
export interface SandboxWorld {
  now: () => number;
  /** Base address of the sandbox itself, e.g. `http://127.0.0.1:8090`. */
  address: () => string;
  /** Writes a line into the effects ledger. */
  effect: (line: Omit<SandboxEffect, 'seq' | 'at'>) => SandboxEffect;
  /** Runs later, unless the sandbox is reset or stopped. Milliseconds. */
  later: (ms: number, run: () => void) => void;
  /** Tells the other simulators: `alarm` with {name, state}; and so on. */
  emit: (event: string, data: Json) => void;
  on: (event: string, listener: (data: Json) => void) => void;
  /** Settings of this run: webhook address and secret. */
  settings: SandboxSettings;
}

export interface SandboxSettings {
  webhookUrl: string;
  webhookSecret: string;
  /** Shortens the simulated systems' own pace; 1 is real. */
  speed: number;
}

/** A vendor's simulator: one or more mounts, each answering on the vendor's wire protocol. */
export interface Simulator {
  vendor: string;
  /** Whether a request is this vendor's (host is always the sandbox: decided by path prefix or AWS headers). */
  claims: (request: WireRequest) => boolean;
  /** Name of the operation, for the calls list and for faults: `ssm:StartAutomationExecution`. */
  operation: (request: WireRequest) => string;
  answer: (request: WireRequest) => Promise<WireResponse> | WireResponse;
  /** Extra routes below `/_sandbox/<vendor>/`, for people and tests. */
  control?: (request: WireRequest) => Promise<JsonObject | undefined> | JsonObject | undefined;
  reset: () => void;
}

/** The default export of every `*.sim.ts` that the sandbox loads. */
export type CreateSimulator = (world: SandboxWorld) => Simulator;
