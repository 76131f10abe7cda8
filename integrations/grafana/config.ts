import { z } from 'zod';
import { open, remote, secret, type Variables } from '../../domain/variable.js';
import { address, text, token } from '../wire/settings.js';

/** How to reach Grafana. Holds a secret: never logged, never in an error. */
export interface GrafanaConfig {
  /** Without a slash at the end. */
  url: string;
  token: string;
  orgId: string | undefined;
  /** Where annotations are drawn; without it they are the organisation's, found by their tags. */
  dashboardUid: string | undefined;
  /** Whether an alert may be silenced while it is acted on: the customer's choice. */
  silence: boolean;
}

export const grafanaVariables: Variables = {
  GRAFANA_URL: remote('Base address of Grafana.'),
  GRAFANA_TOKEN: secret('Token of a Grafana service account.'),
  GRAFANA_ORG_ID: open('Id of the Grafana organisation, where the token does not decide it.'),
  GRAFANA_DASHBOARD_UID: open('Dashboard that annotations are drawn on; unset: the organisation’s, found by tag.'),
  GRAFANA_SILENCE: open('`true`: the alert is silenced for at most 15 minutes while it is acted on.', 'false'),
  GRAFANA_WEBHOOK_SECRETS: secret('HMAC secrets of the Grafana contact point, separated by commas (two while rotating).'),
  GRAFANA_WEBHOOK_SIGNATURE_HEADER: open('Header that holds the signature.', 'X-Grafana-Alerting-Signature'),
  GRAFANA_WEBHOOK_TIMESTAMP_HEADER: open(
    'Header that holds the signed time, as the contact point names it; unset: none is signed.',
  ),
};

const uid = /^[A-Za-z0-9_-]{1,40}$/;

/** The environment to a config; `undefined` when none of it is set. */
export const grafanaConfig = z
  .object({
    GRAFANA_URL: address('https://grafana.example.com'),
    GRAFANA_TOKEN: token,
    GRAFANA_ORG_ID: text.refine((value) => value === undefined || /^\d{1,10}$/.test(value), 'is not an organisation id: digits'),
    GRAFANA_DASHBOARD_UID: text.refine(
      (value) => value === undefined || uid.test(value),
      'is not a dashboard UID: up to 40 letters, digits, - and _',
    ),
    GRAFANA_SILENCE: z.enum(['true', 'false'], 'is neither true nor false').optional().or(z.literal('')),
  })
  .superRefine((env, context) => {
    const missing = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
    if (env.GRAFANA_TOKEN && !env.GRAFANA_URL) missing('GRAFANA_URL', 'is not set, although GRAFANA_TOKEN is');
    if (env.GRAFANA_URL && !env.GRAFANA_TOKEN)
      missing('GRAFANA_TOKEN', 'is not set, although GRAFANA_URL is; create a service account in Grafana and give its token');
  })
  .transform((env): GrafanaConfig | undefined => {
    if (!env.GRAFANA_URL || !env.GRAFANA_TOKEN) return undefined;
    return {
      url: env.GRAFANA_URL,
      token: env.GRAFANA_TOKEN,
      orgId: env.GRAFANA_ORG_ID,
      dashboardUid: env.GRAFANA_DASHBOARD_UID,
      silence: env.GRAFANA_SILENCE === 'true',
    };
  });

/** What the webhook's door needs to check a signature. */
export interface GrafanaDoor {
  /** Every one is valid: two while a secret is rotated. Empty: no signature can be checked. */
  secrets: readonly string[];
  /** Lower-case. */
  signatureHeader: string;
  timestampHeader: string | undefined;
}

/** Grafana's default (contracts 3.1). */
const standardHeader = 'x-grafana-alerting-signature';
/** Comparing costs one hash per secret for everybody who knocks. */
const mostSecrets = 20;

const header = text
  .refine(
    (value) => value === undefined || (/^[A-Za-z0-9-]{1,100}$/.test(value) && value.toLowerCase() !== 'authorization'),
    'is not the name of a header: letters, digits and -, and not Authorization',
  )
  .transform((value) => value?.toLowerCase());

/** Where nothing is configured: nothing signed can be proven, a token or a certificate still can. */
export const unconfiguredDoor: GrafanaDoor = { secrets: [], signatureHeader: standardHeader, timestampHeader: undefined };

/** `undefined` when none of it is set. An empty secret would let anybody in: it stops the start. */
export const grafanaDoor = z
  .object({
    GRAFANA_WEBHOOK_SECRETS: text
      .transform((value) => (value === undefined ? [] : value.split(',').map((one) => one.trim())))
      .refine((secrets) => secrets.every((one) => one !== ''), 'has an empty part; remove stray commas')
      .refine((secrets) => secrets.length <= mostSecrets, `has more than ${mostSecrets} secrets`),
    GRAFANA_WEBHOOK_SIGNATURE_HEADER: header,
    GRAFANA_WEBHOOK_TIMESTAMP_HEADER: header,
  })
  .transform((env): GrafanaDoor | undefined => {
    const { GRAFANA_WEBHOOK_SECRETS: secrets, GRAFANA_WEBHOOK_SIGNATURE_HEADER: signature } = env;
    const timestamp = env.GRAFANA_WEBHOOK_TIMESTAMP_HEADER;
    if (secrets.length === 0 && signature === undefined && timestamp === undefined) return undefined;
    return { secrets, signatureHeader: signature ?? standardHeader, timestampHeader: timestamp };
  });
