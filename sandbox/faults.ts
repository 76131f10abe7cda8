import { z } from 'zod';
import type { FaultKind } from '../integrations/contract/simulator.js';

export const faultKinds = [
  'ok',
  '400',
  '401',
  '403',
  '404',
  '409',
  '429',
  '500',
  '503',
  'reset-before',
  'execute-then-500',
  'execute-then-timeout',
  'execute-then-reset',
  'slow-body',
  'half-body',
  'duplicate-delivery',
] as const satisfies readonly FaultKind[];

/** The body of `POST /_sandbox/faults`. */
export const faultScript = z.strictObject({
  /** As `GET /_sandbox/calls` shows it, e.g. `ssm:StartAutomationExecution`; `ssm:*` and `*` match many. */
  operation: z.string().min(1),
  kind: z.enum(faultKinds),
  /** How many matching calls meet it. */
  times: z.int().min(1).default(1),
  /** How many matching calls pass before it begins. */
  after: z.int().min(0).default(0),
  /** Milliseconds: waited before anything else; for `slow-body`, how long the body takes. */
  delayMs: z.int().min(0).max(600_000).default(0),
});

export type FaultScript = z.infer<typeof faultScript>;

/** A fault that is due now. */
export interface Fault {
  kind: FaultKind;
  delayMs: number;
}

export interface FaultBook {
  add: (script: FaultScript) => void;
  /** The fault that this call meets, counted as used; the oldest script first. */
  take: (operation: string) => Fault | undefined;
  list: () => FaultScript[];
  clear: () => void;
}

/** Scripted faults, used up call by call, so that the same script gives the same run every time. */
export function createFaultBook(): FaultBook {
  let scripts: FaultScript[] = [];
  return {
    add: (script) => void scripts.push({ ...script }),
    take: (operation) => {
      for (const script of scripts) {
        if (!matches(script.operation, operation)) continue;
        if (script.after > 0) {
          script.after -= 1;
          continue;
        }
        script.times -= 1;
        if (script.times === 0) scripts = scripts.filter((one) => one !== script);
        return { kind: script.kind, delayMs: script.delayMs };
      }
      return undefined;
    },
    list: () => scripts.map((script) => ({ ...script })),
    clear: () => {
      scripts = [];
    },
  };
}

const matches = (pattern: string, operation: string): boolean =>
  pattern.endsWith('*') ? operation.startsWith(pattern.slice(0, -1)) : pattern === operation;
