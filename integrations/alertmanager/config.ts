import { z } from 'zod';
import { remote, secret, type Variables } from '../../domain/variable.js';
import { address, token } from '../wire/settings.js';

/** How to reach Alertmanager. Holds a secret: never logged, never in an error. */
export interface AlertmanagerConfig {
  /** Without a slash at the end; with the prefix of a Mimir or Cortex, if any (`…/alertmanager`). */
  url: string;
  /** Alertmanager has no authentication of its own: this is for a proxy before it. */
  token: string | undefined;
}

export const alertmanagerVariables: Variables = {
  ALERTMANAGER_URL: remote('Base address of Alertmanager.'),
  ALERTMANAGER_TOKEN: secret('Bearer token for the proxy before Alertmanager, if there is one.'),
};

/** The environment to a config; `undefined` when no address is set. */
export const alertmanagerConfig = z
  .object({ ALERTMANAGER_URL: address('https://alertmanager.example.com'), ALERTMANAGER_TOKEN: token })
  .superRefine((env, context) => {
    if (env.ALERTMANAGER_TOKEN && !env.ALERTMANAGER_URL)
      context.addIssue({ code: 'custom', path: ['ALERTMANAGER_URL'], message: 'is not set, although ALERTMANAGER_TOKEN is' });
  })
  .transform((env): AlertmanagerConfig | undefined =>
    env.ALERTMANAGER_URL === undefined ? undefined : { url: env.ALERTMANAGER_URL, token: env.ALERTMANAGER_TOKEN },
  );

/** Alertmanager signs nothing: its door opens by token or certificate, which the API checks. */
export const alertmanagerDoor = z.object({}).transform(() => undefined);
