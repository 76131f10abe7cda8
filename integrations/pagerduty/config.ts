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
  /** Integration key of the service whose timeline shows what we did; without it no change events are sent. */
  changeRoutingKey: string | undefined;
  /** Whether subscribers of a high-urgency incident hear that remediation began. */
  statusUpdates: boolean;
  /** User ids that are ourselves: their acknowledgement is nobody's. */
  ourselves: readonly string[];
  /** Ids of our webhook subscriptions; empty: every one whose address ends in our door's path. */
  subscriptions: readonly string[];
  /** Whether one that PagerDuty has suspended is switched on again. */
  reenables: boolean;
}

/** Where PagerDuty's webhooks come in, on the API. */
export const doorPath = '/pagerduty/autonomous/action';

export const pagerDutyVariables: Variables = {
  PAGERDUTY_WEBHOOK_SECRETS: secret(
    'Signing secrets of the PagerDuty webhook subscription, separated by commas (two while rotating).',
  ),
  PAGERDUTY_API_TOKEN: secret('PagerDuty REST API token.'),
  PAGERDUTY_FROM: open('E-mail of our PagerDuty user: written into the From header.'),
  PAGERDUTY_USER_ID: open('Id of our PagerDuty user: events that it caused are journalled only.'),
  PAGERDUTY_ROUTING_KEY: secret('Events API v2 key of the service that pages when escalating fails.'),
  PAGERDUTY_CHANGE_ROUTING_KEY: secret(
    'Integration key of a PagerDuty service: what was done is sent to it as a change event. Unset: none are sent.',
  ),
  PAGERDUTY_STATUS_UPDATES: open(
    '`true`: subscribers of a high-urgency incident get a status update when its remediation begins.',
    'false',
  ),
  PAGERDUTY_SUBSCRIPTION_ID: open(
    'Id of our webhook subscription, several separated by commas: reconciliation looks whether it is on. Unset: every one that sends to our door’s path.',
  ),
  PAGERDUTY_REENABLE_SUBSCRIPTION: open(
    '`true`: reconciliation switches it on again when PagerDuty has suspended it, at most once an hour (a write to the account). Else it only reports.',
    'false',
  ),
  PAGERDUTY_APPROVE_BUTTON: open('Label of the custom incident action by which a person on call approves the waiting plan.'),
  PAGERDUTY_REJECT_BUTTON: open('Label of the custom incident action by which a person on call rejects it.'),
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

const integrationKey = text.refine(
  (value) => value === undefined || /^[A-Za-z0-9]{32}$/.test(value),
  'is not an Events API v2 integration key: 32 letters and digits',
);

const idsOf = (what: string) =>
  z
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
      `is not a PagerDuty ${what} id such as PABC123, or several with commas between them`,
    );

const userIds = idsOf('user');
const flag = z.enum(['true', 'false', ''], 'is neither true nor false').optional();

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
    PAGERDUTY_ROUTING_KEY: integrationKey,
    PAGERDUTY_CHANGE_ROUTING_KEY: integrationKey.refine(
      (value) => value === undefined || !value.startsWith('R'),
      'is the key of a ruleset (it begins with R); change events need the integration key of a service',
    ),
    PAGERDUTY_STATUS_UPDATES: flag,
    PAGERDUTY_USER_ID: userIds,
    PAGERDUTY_SUBSCRIPTION_ID: idsOf('subscription'),
    PAGERDUTY_REENABLE_SUBSCRIPTION: flag,
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
      changeRoutingKey: env.PAGERDUTY_CHANGE_ROUTING_KEY,
      statusUpdates: env.PAGERDUTY_STATUS_UPDATES === 'true',
      ourselves: env.PAGERDUTY_USER_ID,
      subscriptions: env.PAGERDUTY_SUBSCRIPTION_ID,
      reenables: env.PAGERDUTY_REENABLE_SUBSCRIPTION === 'true',
    };
  });

/** What the webhook's door needs: secrets, who we are, and which buttons are a person's word. Never the token. */
export interface PagerDutyDoor {
  /** Every one is valid: two while a secret is rotated, one more per further subscription. Empty: only tokens and certificates open it. */
  secrets: readonly string[];
  ourselves: readonly string[];
  /** Label of the custom incident action that approves the waiting plan, exactly. */
  approveButton?: string | undefined;
  rejectButton?: string | undefined;
}

/** Comparing costs one hash per secret for everybody who knocks. */
const mostSecrets = 20;

/** An empty secret would let anybody in: it stops the start. Nothing of it set: `undefined`. */
export const pagerDutyDoor = z
  .object({
    PAGERDUTY_WEBHOOK_SECRETS: z
      .string()
      .transform((value) => value.split(',').map((secret) => secret.trim()))
      .refine(
        (secrets) => secrets.every((secret) => secret !== ''),
        'is empty or has an empty part; set it to the secret that PagerDuty showed when the webhook subscription was made, without stray commas',
      )
      .refine((secrets) => secrets.length <= mostSecrets, `has more than ${mostSecrets} secrets`)
      .optional(),
    PAGERDUTY_USER_ID: userIds,
    PAGERDUTY_APPROVE_BUTTON: text,
    PAGERDUTY_REJECT_BUTTON: text,
  })
  .superRefine(({ PAGERDUTY_APPROVE_BUTTON: approve, PAGERDUTY_REJECT_BUTTON: reject }, context) => {
    if (approve !== undefined && approve === reject)
      context.addIssue({
        code: 'custom',
        path: ['PAGERDUTY_REJECT_BUTTON'],
        message: 'is the same label as the one that approves',
      });
  })
  .transform((env): PagerDutyDoor | undefined => {
    const { PAGERDUTY_WEBHOOK_SECRETS: secrets, PAGERDUTY_USER_ID: ourselves } = env;
    const { PAGERDUTY_APPROVE_BUTTON: approveButton, PAGERDUTY_REJECT_BUTTON: rejectButton } = env;
    const nothing = secrets === undefined && ourselves.length === 0 && !approveButton && !rejectButton;
    return nothing ? undefined : { secrets: secrets ?? [], ourselves, approveButton, rejectButton };
  });

function isAddress(value: string | undefined): boolean {
  if (value === undefined) return true;
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
