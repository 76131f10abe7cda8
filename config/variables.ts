/** One environment variable that this product reads. */
export interface Variable {
  /** What it is, in one sentence. */
  says: string;
  /** Never shown, and `<NAME>_FILE` may name a file that holds it. */
  secret: boolean;
  default?: string;
}

const open = (says: string, standard?: string): Variable =>
  standard === undefined ? { says, secret: false } : { says, secret: false, default: standard };
const secret = (says: string): Variable => ({ says, secret: true });

/**
 * Every environment variable that is read anywhere, integrations included.
 * Documentation, `doctor` and the test of docker-compose.yml read this list.
 */
export const variables = {
  OPSSENTINEL_MODE: open(
    '`sandbox` (simulators, nothing real is touched) or `live`; live is only ever chosen explicitly.',
    'sandbox',
  ),
  OPSSENTINEL_RULES: open('Folder of rules, runbooks and the policy file opssentinel.yaml.', 'rules/library'),
  OPSSENTINEL_HOST: open('Address that the API and the metrics listen on; 0.0.0.0 in a container.', '127.0.0.1'),
  OPSSENTINEL_PORT: open('Port of the API and the console.', '8080'),
  OPSSENTINEL_METRICS_PORT: open("Port of the API's metrics.", '9090'),
  OPSSENTINEL_WORKER_METRICS_PORT: open("Port of a worker's metrics.", '9091'),
  OPSSENTINEL_SANDBOX_PORT: open('Port of the simulators (sandbox only).', '8090'),
  OPSSENTINEL_TEMPORAL_PORT: open('Port of the local Temporal server that `dev` and `demo` start.', '7233'),
  OPSSENTINEL_TEMPORAL_UI_PORT: open("Port of that server's Web UI.", '8233'),
  OPSSENTINEL_API_TOKENS: secret(
    'Who may call the API: `name:scope:sha256` of each token, separated by commas; scopes are viewer, approver, operator, admin.',
  ),
  OPSSENTINEL_PUBLIC_URL: open('Address under which people reach the console; links in notes use it.'),
  OPSSENTINEL_STOP_FILE: open('Out-of-band stop: while this file exists, no effect starts.', '.opssentinel/STOP'),
  OPSSENTINEL_STOP: open('Out-of-band stop of one worker: any value but empty, 0 and false stops its effects.'),
  OPSSENTINEL_WORKER_ROLES: open('Roles of a worker, separated by commas: run, decide, effect, tell.', 'run,decide,effect,tell'),
  OPSSENTINEL_BUILD: open('In a checkout: `off` starts what was built last, without looking for changes.'),
  OPSSENTINEL_LOG_LEVEL: open('debug, info, warn or error.', 'info'),
  OPSSENTINEL_URL: open('For the command line: address of the API.'),
  OPSSENTINEL_TOKEN: secret('For the command line: token for the API.'),

  DATABASE_URL: secret('PostgreSQL of the ledger: postgres://user:password@host:5432/database.'),

  TEMPORAL_ADDRESS: open("Host and port of Temporal's frontend."),
  TEMPORAL_NAMESPACE: open('Temporal namespace.', 'default'),
  TEMPORAL_API_KEY: secret('API key for Temporal Cloud; switches TLS on.'),
  TEMPORAL_TLS: open('`true` switches TLS to Temporal on.', 'false'),
  TEMPORAL_TLS_SERVER_NAME: open('Name expected in the certificate of the Temporal server.'),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: open('File with the CA certificate of the Temporal server.'),
  TEMPORAL_TLS_CLIENT_CERT_PATH: open('File with our client certificate for Temporal.'),
  TEMPORAL_TLS_CLIENT_KEY_PATH: open('File with the key of that certificate.'),

  PAGERDUTY_WEBHOOK_SECRETS: secret(
    'Signing secrets of the PagerDuty webhook subscription, separated by commas (two while rotating).',
  ),
  PAGERDUTY_API_TOKEN: secret('PagerDuty REST API token.'),
  PAGERDUTY_FROM: open('E-mail of our PagerDuty user: written into the From header.'),
  PAGERDUTY_USER_ID: open('Id of our PagerDuty user: events that it caused are journalled only.'),
  PAGERDUTY_ROUTING_KEY: secret('Events API v2 key of the service that pages when escalating fails.'),
  PAGERDUTY_REGION: open('`us` or `eu`.', 'us'),
  PAGERDUTY_API_URL: open('Base address of the PagerDuty REST API, if not the region’s.'),
  PAGERDUTY_EVENTS_URL: open('Base address of the PagerDuty Events API, if not the region’s.'),

  AWS_REGION: open('AWS region for what names none.'),
  AWS_ENDPOINT_URL: open('Address of AWS for every service; the sandbox sets it to the simulators.'),
  AWS_ACCESS_KEY_ID: secret('AWS access key; leave empty where a role gives credentials.'),
  AWS_SECRET_ACCESS_KEY: secret('AWS secret key.'),
  AWS_SESSION_TOKEN: secret('AWS session token.'),
  AWS_PROFILE: open('Named AWS profile.'),
  AWS_ROLE_ARN: open('Role for web identity (EKS).'),
  AWS_WEB_IDENTITY_TOKEN_FILE: open('Token file for web identity (EKS).'),
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: open('Set by ECS where a task role gives credentials.'),
  AWS_CONTAINER_CREDENTIALS_FULL_URI: open('Set by EKS Pod Identity where a role gives credentials.'),
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;

export const variableNames = Object.keys(variables) as VariableName[];

export const isVariable = (name: string): name is VariableName => Object.hasOwn(variables, name);
