import type { Json } from '../domain/json.js';
import type { AlarmEvent, SandboxEffect, SandboxSettings, SandboxWorld } from '../integrations/contract/simulator.js';
import { alarms } from './alarms.js';
import { createFaultBook, type FaultBook } from './faults.js';

/** One request as the sandbox saw it. `status` 0: it was given no answer. */
export interface SandboxCall {
  seq: number;
  /** ISO 8601, UTC. */
  at: string;
  vendor: string;
  operation: string;
  status: number;
  /** The scripted fault that it met. */
  fault?: string;
}

/** A request that no simulator answers: a hole in the sandbox, and so a failed test. */
export interface UnknownCall {
  at: string;
  vendor: string;
  method: string;
  path: string;
  operation: string;
}

/** The world as the sandbox's own server sees it: what simulators are lent, and the lists behind it. */
export interface World extends SandboxWorld {
  effects: () => SandboxEffect[];
  calls: () => SandboxCall[];
  unknown: () => UnknownCall[];
  call: (line: Omit<SandboxCall, 'seq' | 'at'>) => void;
  unanswered: (line: Omit<UnknownCall, 'at'>) => void;
  /** State that each alarm was last put into. */
  alarmState: (name: string) => AlarmEvent['state'];
  faults: FaultBook;
  /** Forgets everything that happened, and what was still to happen. */
  reset: () => void;
}

/** Throws nothing; timers are the only thing that it holds, and `reset` lets go of them. */
export function createWorld(settings: SandboxSettings, address: () => string, now: () => number = Date.now): World {
  const effects: SandboxEffect[] = [];
  const calls: SandboxCall[] = [];
  const unknown: UnknownCall[] = [];
  const states = new Map<string, AlarmEvent['state']>();
  const timers = new Set<NodeJS.Timeout>();
  const listeners = new Map<string, ((data: Json) => void)[]>();
  const faults = createFaultBook();
  // One event is one moment for everybody who hears of it: two vendors tell of the same alarm with the same time.
  let moment: number | undefined;
  const clock = (): number => moment ?? now();
  const at = (): string => new Date(clock()).toISOString();

  const emit = (event: string, data: Json): void => {
    if (event === 'alarm') remember(states, data as AlarmEvent);
    const before = moment;
    moment = clock();
    try {
      for (const listener of listeners.get(event) ?? []) listener(data);
    } finally {
      moment = before;
    }
  };
  const later = (ms: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };

  return {
    settings,
    address,
    now: clock,
    alarms,
    faults,
    emit,
    later,
    on: (event, listener) => void listeners.set(event, [...(listeners.get(event) ?? []), listener]),
    takeFault: faults.take,
    effect: (line) => {
      const effect = { seq: effects.length + 1, at: at(), ...line };
      effects.push(effect);
      return effect;
    },
    call: (line) => void calls.push({ seq: calls.length + 1, at: at(), ...line }),
    unanswered: (line) => void unknown.push({ at: at(), ...line }),
    effects: () => effects,
    calls: () => calls,
    unknown: () => unknown,
    alarmState: (name) => states.get(name) ?? 'OK',
    reset: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      states.clear();
      faults.clear();
      for (const list of [effects, calls, unknown]) list.length = 0;
    },
  };
}

function remember(states: Map<string, AlarmEvent['state']>, { name, state }: AlarmEvent): void {
  states.set(name, state);
}
