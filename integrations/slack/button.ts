import { z } from 'zod';
import type { IncidentRef } from '../../domain/incident.js';

/** `action_id` of our buttons. */
export const buttons = { approve: 'opssentinel.approve', reject: 'opssentinel.reject' } as const;
export type Word = keyof typeof buttons;

export const wordOf = (actionId: string): Word | undefined =>
  actionId === buttons.approve ? 'approve' : actionId === buttons.reject ? 'reject' : undefined;

/** What a button carries: of which incident, and the whole hash of the plan beside it. We made it; Slack gives it back as it is. */
export interface Pressed {
  ref: IncidentRef;
  planHash: string;
}

/** Slack's limit on a button's value. Characters. */
const longestValue = 2_000;

const shape = z.strictObject({
  v: z.literal(1),
  source: z.string().min(1).max(100),
  id: z.string().min(1).max(1_000),
  life: z.string().min(1).max(100),
  plan: z.string().regex(/^[0-9a-f]{64}$/),
});

/** `undefined`: the incident's id is too long to fit. */
export function valueOf({ ref, planHash }: Pressed): string | undefined {
  const value = JSON.stringify({ v: 1, source: ref.source, id: ref.externalId, life: ref.generation, plan: planHash });
  return value.length <= longestValue && readValue(value) ? value : undefined;
}

export function readValue(value: string): Pressed | undefined {
  let read: unknown;
  try {
    read = JSON.parse(value);
  } catch {
    return undefined;
  }
  const checked = shape.safeParse(read);
  if (!checked.success) return undefined;
  const { source, id, life, plan } = checked.data;
  return { ref: { source, externalId: id, generation: life }, planHash: plan };
}
