import { z } from 'zod';
import { open, secret, type Variables } from '../../domain/variable.js';
import { address, text, token } from '../wire/settings.js';

/** How to reach Loki. Holds secrets: never logged, never in an error. */
export interface LokiConfig {
  /** Without a slash at the end; what stands before `/loki/api/v1/push`. */
  url: string;
  tenant: string | undefined;
  /** Label `env` of every line; without it there is none. */
  env: string | undefined;
  /** Of the proxy before it: Loki itself knows nobody. */
  login: { user: string; password: string } | { token: string } | undefined;
}

export const lokiVariables: Variables = {
  // An agent on this machine that passes lines on is a usual place: no `remote`.
  LOKI_URL: open('Base address of Loki, or of an agent that takes its push requests.'),
  LOKI_TENANT: open('Tenant (X-Scope-OrgID), where Loki has several.'),
  LOKI_ENV: open('Label `env` of every line, where several installations write to one Loki.'),
  LOKI_USER: open('User for basic authentication at Grafana Cloud, or at the proxy before Loki.'),
  LOKI_PASSWORD: secret('Password of that user; at Grafana Cloud an access policy token.'),
  LOKI_TOKEN: secret('Bearer token for the proxy before Loki, instead of user and password.'),
};

/** dskit's ValidTenantID. `|` joins tenants in queries; a push takes one. */
const tenant = /^(?!\.{1,2}$)[A-Za-z0-9!\-_.*'()]{1,150}$/;

/** The environment to a config; `undefined` when none of it is set. */
export const lokiConfig = z
  .object({
    LOKI_URL: address('https://loki.example.com'),
    LOKI_TENANT: text.refine(
      (value) => value === undefined || tenant.test(value),
      "is not a tenant id: up to 150 letters, digits and !-_.*'()",
    ),
    LOKI_ENV: text.refine(
      (value) => value === undefined || /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(value),
      'is not a name such as prod: up to 63 letters, digits, dots, - and _',
    ),
    LOKI_USER: text.refine((value) => value === undefined || !value.includes(':'), 'holds a colon, which no user has'),
    LOKI_PASSWORD: text,
    LOKI_TOKEN: token,
  })
  .superRefine((env, context) => {
    const wrong = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
    const { LOKI_URL: url, LOKI_USER: user, LOKI_PASSWORD: password, LOKI_TOKEN: bearer } = env;
    if (!url && (env.LOKI_TENANT || env.LOKI_ENV || user || password || bearer))
      wrong('LOKI_URL', 'is not set, although others of Loki are');
    if (user && !password) wrong('LOKI_PASSWORD', 'is not set, although LOKI_USER is');
    if (password && !user) wrong('LOKI_USER', 'is not set, although LOKI_PASSWORD is');
    if (bearer && user) wrong('LOKI_TOKEN', 'is set beside LOKI_USER; keep one of them');
  })
  .transform((env): LokiConfig | undefined => {
    const { LOKI_URL: url, LOKI_USER: user, LOKI_PASSWORD: password, LOKI_TOKEN: bearer } = env;
    if (url === undefined) return undefined;
    const login = user && password ? { user, password } : bearer ? { token: bearer } : undefined;
    return { url, tenant: env.LOKI_TENANT, env: env.LOKI_ENV, login };
  });
