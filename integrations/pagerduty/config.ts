import { z } from 'zod';
import { open, remote, secret, type Variables } from '../../domain/variable.js';

/** How to reach PagerDuty. Holds secrets: never logged, never in an error. */
export interface PagerDutyConfig {
  token: string;
  /** E-mail of a real user of the account: every write is made in this name. */
  from: string;
  /** Without a slash at the end. */
  apiUrl: string;
  eventsUrl: string;
  /** Events API v2 integration key; without it there is no second way to page. */
  routingKey: string | undefined;
  /** User ids that are ourselves: their acknowledgement is nobody's. */
  ourselves: readonly string[];
}

export const pagerDutyVariables: Variables = {
  PAGERDUTY_WEBHOOK_SECRETS: secret(
    'Signing secrets of the PagerDuty webhook subscription, separated by commas (two while rotating).',
  ),
  PAGERDUTY_API_TOKEN: secret('PagerDuty REST API token.'),
  PAGERDUTY_FROM: open('E-mail of our PagerDuty user: written into the From header.'),
  PAGERDUTY_USER_ID: open('Id of our PagerDuty user: events that it caused are journalled only.'),
  PAGERDUTY_ROUTING_KEY: secret('Events API v2 key of the service that pages when escalating fails.'),
  PAGERDUTY_REGION: open('`us` or `eu`.', 'us'),
  PAGERDUTY_API_URL: remote('Base address of the PagerDuty REST API, if not the region’s.'),
  PAGERDUTY_EVENTS_URL: remote('Base address of the PagerDuty Events API, if not the region’s.'),
};

const addresses = {
  us: { api: 'https://api.pagerduty.com', events: 'https://events.pagerduty.com' },
  // Events in the EU: the service region's documented counterpart of events.pagerduty.com.
  eu: { api: 'https://api.eu.pagerduty.com', events: 'https://events.eu.pagerduty.com' },
} as const;

const text = z
  .string()
  .optional()
  .transform((value) => value?.trim() || undefined);

const address = text
  .refine(isAddress, 'is not an http or https address such as https://api.eu.pagerduty.com')
  .transform((value) => value?.replace(/\/+$/, ''));

const userIds = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((id) => id.trim())
      .filter((id) => id !== ''),
  )
  .refine(
    (ids) => ids.every((id) => /^[A-Za-z0-9]{1,64}$/.test(id)),
    'is not a PagerDuty user id such as PABC123, or several with commas between them',
  );

/** The environment to a config; `undefined` when none of token, user and routing key is set. */
export const pagerDutyConfig = z
  .object({
    PAGERDUTY_API_TOKEN: text.refine(
      (value) => value === undefined || /^[\x21-\x7e]+$/.test(value),
      'holds a space or a character that no token has',
    ),
    PAGERDUTY_FROM: text.refine(
      (value) => value === undefined || /^[^\s@,;<>]+@[^\s@,;<>]+$/.test(value),
      "is not an e-mail address; give that of the agent's own PagerDuty user",
    ),
    PAGERDUTY_REGION: z.enum(['us', 'eu'], 'is neither us nor eu').optional().or(z.literal('')),
    PAGERDUTY_API_URL: address,
    PAGERDUTY_EVENTS_URL: address,
    PAGERDUTY_ROUTING_KEY: text.refine(
      (value) => value === undefined || /^[A-Za-z0-9]{32}$/.test(value),
      'is not an Events API v2 integration key: 32 letters and digits',
    ),
    PAGERDUTY_USER_ID: userIds,
  })
  .superRefine((env, context) => {
    const missing = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
    if (env.PAGERDUTY_API_TOKEN && !env.PAGERDUTY_FROM) {
      missing(
        'PAGERDUTY_FROM',
        "is not set; PagerDuty refuses writes without the e-mail of a user in the account: set it to the agent's own",
      );
    }
    if (!env.PAGERDUTY_API_TOKEN && (env.PAGERDUTY_FROM || env.PAGERDUTY_ROUTING_KEY)) {
      missing(
        'PAGERDUTY_API_TOKEN',
        'is not set, although other PagerDuty settings are: set a REST API key, or unset the others',
      );
    }
  })
  .transform((env): PagerDutyConfig | undefined => {
    if (!env.PAGERDUTY_API_TOKEN || !env.PAGERDUTY_FROM) return undefined;
    const region = addresses[env.PAGERDUTY_REGION || 'us'];
    return {
      token: env.PAGERDUTY_API_TOKEN,
      from: env.PAGERDUTY_FROM,
      apiUrl: env.PAGERDUTY_API_URL ?? region.api,
      eventsUrl: env.PAGERDUTY_EVENTS_URL ?? region.events,
      routingKey: env.PAGERDUTY_ROUTING_KEY,
      ourselves: env.PAGERDUTY_USER_ID,
    };
  });

/** What the webhook's door needs: secrets, and who we are. Never the token. */
export interface PagerDutyDoor {
  /** Every one is valid: two while a secret is rotated, one more per further subscription. */
  secrets: readonly string[];
  ourselves: readonly string[];
}

/** Comparing costs one hash per secret for everybody who knocks. */
const mostSecrets = 20;

/** An empty secret would let anybody in: it stops the start. */
export const pagerDutyDoor = z
  .object({
    PAGERDUTY_WEBHOOK_SECRETS: z
      .string(
        'is not set; set it to the secret that PagerDuty showed when the webhook subscription was made (several with commas between them)',
      )
      .transform((value) => value.split(',').map((secret) => secret.trim()))
      .refine((secrets) => secrets.every((secret) => secret !== ''), 'is empty or has an empty part; remove stray commas')
      .refine((secrets) => secrets.length <= mostSecrets, `has more than ${mostSecrets} secrets`),
    PAGERDUTY_USER_ID: userIds,
  })
  .transform((env): PagerDutyDoor => ({ secrets: env.PAGERDUTY_WEBHOOK_SECRETS, ourselves: env.PAGERDUTY_USER_ID }));

function isAddress(value: string | undefined): boolean {
  if (value === undefined) return true;
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
