import type { z } from 'zod';
import type { Ledger } from '../../ledger/port.js';
import type { Rate } from '../buckets.js';
import type { ApiDeps, ApiLimits } from '../deps.js';
import type { Caller, Scope } from '../tokens.js';

const reading = [
  'incident',
  'incidents',
  'timeline',
  'decision',
  'closedCalendars',
  'holds',
  'evidence',
  'approvals',
  'rulesFirstSeen',
] as const;
const advising = ['record', 'journal'] as const;

/**
 * All that a tool can reach. No run, no request for an approval, no hold and no permit is among it: whatever a model is talked into,
 * there is nothing here that it could do it with.
 */
export interface ToolGround {
  ledger: Pick<Ledger, (typeof reading)[number]>;
  /** For `propose_action` alone. */
  advice: Pick<Ledger, (typeof advising)[number]>;
  rules: Pick<ApiDeps['rules'], 'current'>;
  /** Epoch milliseconds. */
  now: () => number;
}

export const toolGround = (ledger: Ledger, rules: ApiDeps['rules'], now: () => number): ToolGround => ({
  ledger: only(ledger, reading),
  advice: only(ledger, advising),
  rules: { current: rules.current },
  now,
});

function only<Name extends keyof Ledger>(ledger: Ledger, names: readonly Name[]): Pick<Ledger, Name> {
  return Object.fromEntries(names.map((name) => [name, ledger[name]])) as unknown as Pick<Ledger, Name>;
}

/** One line of the table of tools: what is listed, what is checked and what is done. */
export interface ToolDefinition<Input extends z.ZodType, Output extends z.ZodType> {
  name: string;
  title: string;
  description: string;
  /** What a token needs at least. */
  scope: Scope;
  /** Ids, numbers and enums; free text only where people read it. */
  input: Input;
  /** As REST answers it, where REST does. */
  output: Output;
  writes?: true;
  /** How often one caller may. */
  rate: (limits: ApiLimits) => Rate;
  /** Characters that a text in its answer may have; `longestText` when left out. */
  longest?: number;
  /** What reads the whole where this answer is too large. */
  elsewhere: string;
  /** Throws Problem. */
  handle: (ground: ToolGround, input: z.output<Input>, caller: Caller) => Promise<z.input<Output>>;
}

/** A tool in a list of different ones. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Tool = ToolDefinition<any, any>;

export const defineTool = <Input extends z.ZodType, Output extends z.ZodType>(
  definition: ToolDefinition<Input, Output>,
): ToolDefinition<Input, Output> => definition;

export const readRate = ({ mcpReadRate }: ApiLimits): Rate => mcpReadRate;
