import { z } from 'zod';

/** A variable's text; empty counts as unset. */
export const text = z
  .string()
  .optional()
  .transform((value) => value?.trim() || undefined);

const isAddress = (value: string): boolean => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

/** An http or https address without a slash at its end. What a URL carries as user and password would end up in logs. */
export const address = (example: string) =>
  text
    .refine((value) => value === undefined || isAddress(value), `is not an http or https address such as ${example}`)
    .refine(
      (value) => value === undefined || !isAddress(value) || new URL(value).username === '',
      'holds a user name; put credentials into the token',
    )
    .transform((value) => value?.replace(/\/+$/, ''));

/** A bearer token. */
export const token = text.refine(
  (value) => value === undefined || /^[\x21-\x7e]+$/.test(value),
  'holds a space or a character that no token has',
);
