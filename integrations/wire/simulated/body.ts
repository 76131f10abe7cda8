import { z } from 'zod';
import type { Json, JsonObject } from '../../../domain/json.js';
import type { WireResponse } from '../../contract/simulator.js';

export const json = (status: number, body: Json): WireResponse => ({ status, body: JSON.stringify(body) });

/** `undefined`: the bytes are no JSON object. */
export function objectIn(body: Buffer): JsonObject | undefined {
  try {
    const read: unknown = JSON.parse(body.toString('utf8'));
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** The same, where no body at all is an empty object. */
export const objectOrNothing = (body: Buffer): JsonObject | undefined => (body.length === 0 ? {} : objectIn(body));

/** A control's body, checked; what is wrong with it is the answer. */
export async function withOrder<Value>(
  schema: z.ZodType<Value>,
  body: Buffer,
  then: (value: Value) => JsonObject | Promise<JsonObject>,
): Promise<JsonObject> {
  const parsed = schema.safeParse(objectOrNothing(body));
  return parsed.success ? then(parsed.data) : { error: z.prettifyError(parsed.error) };
}
