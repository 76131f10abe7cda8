import { z } from 'zod';
import { open, remote, secret, type Variables } from '../../domain/variable.js';
import { address, text } from '../wire/settings.js';

/** Who we are at the instance. Contracts 4.2. */
export type Credentials =
  | { kind: 'basic'; user: string; password: string }
  /** Without a password the grant is client_credentials, which an instance must have switched on and bound to a user. */
  | { kind: 'oauth'; clientId: string; clientSecret: string; user?: string; password?: string };

/** How to reach one instance. Holds secrets: never logged, never in an error. */
export interface ServiceNowConfig {
  /** Without a slash at the end. */
  url: string;
  credentials: Credentials;
  /** Our own user name there: what it changed is no event, what is assigned to it is nobody's. */
  user: string | undefined;
  table: string;
  /** `undefined`: chosen from the instance's own list when first needed. */
  closeCode: string | undefined;
  /** Whether an incident that has no ticket gets one. */
  openTickets: boolean;
}

export const serviceNowVariables: Variables = {
  SERVICENOW_URL: remote('Address of the ServiceNow instance: https://example.service-now.com.'),
  SERVICENOW_USER: open('User name of our ServiceNow user: what it changes starts nothing.'),
  SERVICENOW_PASSWORD: secret('Password of our ServiceNow user.'),
  SERVICENOW_CLIENT_ID: open('OAuth client of the ServiceNow instance, instead of a password or beside it.'),
  SERVICENOW_CLIENT_SECRET: secret('Secret of the OAuth client.'),
  SERVICENOW_CLOSE_CODE: open('Resolution code of tickets that we resolve, if not the instance’s “Solution provided”.'),
  SERVICENOW_OPEN_TICKETS: open('`true`: an incident that has no ServiceNow ticket gets one.', 'false'),
  SERVICENOW_TABLE: open('Table that the tickets stand in.', 'incident'),
  SERVICENOW_WEBHOOK_SECRETS: secret(
    'Secrets that the instance signs its webhooks with, separated by commas (two while rotating).',
  ),
};

const userName = text.refine(
  (value) => value === undefined || /^[\p{L}\p{N}._@+-]{1,100}$/u.test(value),
  'is not a ServiceNow user name: letters, digits and ._@+- alone',
);

const table = text.refine(
  (value) => value === undefined || /^[a-z][a-z0-9_]{0,79}$/.test(value),
  'is not the name of a table, such as incident',
);

/** The environment to a config; `undefined` when neither address nor credentials are set. */
export const serviceNowConfig = z
  .object({
    SERVICENOW_URL: address('https://example.service-now.com'),
    SERVICENOW_USER: userName,
    SERVICENOW_PASSWORD: text,
    SERVICENOW_CLIENT_ID: text,
    SERVICENOW_CLIENT_SECRET: text,
    SERVICENOW_CLOSE_CODE: text.refine((value) => (value?.length ?? 0) <= 100, 'is longer than a resolution code can be'),
    SERVICENOW_OPEN_TICKETS: text.refine(
      (value) => value === undefined || value === 'true' || value === 'false',
      'is neither true nor false',
    ),
    SERVICENOW_TABLE: table,
  })
  .superRefine((env, context) => {
    const missing = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
    const { SERVICENOW_URL: url, SERVICENOW_USER: user, SERVICENOW_PASSWORD: password } = env;
    const { SERVICENOW_CLIENT_ID: id, SERVICENOW_CLIENT_SECRET: clientSecret } = env;
    if (!url && (password || id || clientSecret))
      missing(
        'SERVICENOW_URL',
        'is not set, although credentials are: set it to the address of the instance, or unset the others',
      );
    if (password && !user) missing('SERVICENOW_USER', 'is not set, although its password is');
    if (id && !clientSecret) missing('SERVICENOW_CLIENT_SECRET', 'is not set, although SERVICENOW_CLIENT_ID is');
    if (clientSecret && !id) missing('SERVICENOW_CLIENT_ID', 'is not set, although SERVICENOW_CLIENT_SECRET is');
    if (url && !password && !id && !clientSecret)
      missing(
        'SERVICENOW_PASSWORD',
        'is not set; set SERVICENOW_USER and SERVICENOW_PASSWORD, or SERVICENOW_CLIENT_ID and SERVICENOW_CLIENT_SECRET',
      );
  })
  .transform((env): ServiceNowConfig | undefined => {
    const credentials = credentialsOf(env);
    if (!env.SERVICENOW_URL || !credentials) return undefined;
    return {
      url: env.SERVICENOW_URL,
      credentials,
      user: env.SERVICENOW_USER,
      table: env.SERVICENOW_TABLE ?? 'incident',
      closeCode: env.SERVICENOW_CLOSE_CODE,
      openTickets: env.SERVICENOW_OPEN_TICKETS === 'true',
    };
  });

function credentialsOf(env: Readonly<Record<string, string | undefined>>): Credentials | undefined {
  const { SERVICENOW_USER: user, SERVICENOW_PASSWORD: password } = env;
  const { SERVICENOW_CLIENT_ID: clientId, SERVICENOW_CLIENT_SECRET: clientSecret } = env;
  const person = user && password ? { user, password } : undefined;
  if (clientId && clientSecret) return { kind: 'oauth', clientId, clientSecret, ...person };
  return person && { kind: 'basic', ...person };
}

/** What the door needs: secrets, and who we are. Never what the client holds. */
export interface ServiceNowDoor {
  secrets: readonly string[];
  /** Our own user names: empty when SERVICENOW_USER is not set. */
  ourselves: readonly string[];
  table: string;
}

/** Comparing costs one hash per secret for everybody who knocks. */
const mostSecrets = 20;

/** `undefined`: nothing of it is configured. Without secrets the API's own proofs (token, client certificate) are all there is. */
export const serviceNowDoor = z
  .object({
    SERVICENOW_WEBHOOK_SECRETS: z
      .string()
      .optional()
      .transform((value) => (value === undefined ? [] : value.split(',').map((one) => one.trim())))
      .refine((secrets) => secrets.every((one) => one !== ''), 'is empty or has an empty part; remove stray commas')
      .refine((secrets) => secrets.length <= mostSecrets, `has more than ${mostSecrets} secrets`),
    SERVICENOW_USER: userName,
    SERVICENOW_TABLE: table,
  })
  .transform((env): ServiceNowDoor | undefined => {
    const { SERVICENOW_WEBHOOK_SECRETS: secrets, SERVICENOW_USER: user, SERVICENOW_TABLE: name } = env;
    if (secrets.length === 0 && !user) return undefined;
    return { secrets, ourselves: user ? [user] : [], table: name ?? 'incident' };
  });
