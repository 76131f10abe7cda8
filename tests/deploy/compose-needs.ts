/**
 * Which part of a live installation needs which variable of an integration. `api` proves who knocks; `worker-decide` reads;
 * `worker-effect` acts; `worker-tell` writes to people and their tools, and reads incident and alert once more before it resolves or wakes. A variable without a line here fails the test.
 */
const [api, decide, effect, tell] = ['api', 'worker-decide', 'worker-effect', 'worker-tell'] as const;

export const whoNeeds: Readonly<Record<string, readonly string[]>> = {
  AWS_REGION: [decide, effect, tell],
  AWS_ACCESS_KEY_ID: [decide, effect, tell],
  AWS_SECRET_ACCESS_KEY: [decide, effect, tell],
  OPSSENTINEL_SNS_TOPICS: [api],
  OPSSENTINEL_CLOUDWATCH_LOG_GROUP: [tell],
  OPSSENTINEL_CLOUDWATCH_NAMESPACE: [tell],

  MCP_SERVERS: [decide, effect],

  PAGERDUTY_WEBHOOK_SECRETS: [api],
  PAGERDUTY_APPROVE_BUTTON: [api],
  PAGERDUTY_REJECT_BUTTON: [api],
  PAGERDUTY_USER_ID: [api, decide, tell],
  PAGERDUTY_API_TOKEN: [decide, tell],
  PAGERDUTY_FROM: [decide, tell],
  PAGERDUTY_REGION: [decide, tell],
  PAGERDUTY_API_URL: [decide, tell],
  PAGERDUTY_EVENTS_URL: [tell],
  PAGERDUTY_ROUTING_KEY: [tell],
  PAGERDUTY_CHANGE_ROUTING_KEY: [tell],
  PAGERDUTY_STATUS_UPDATES: [tell],
  PAGERDUTY_SUBSCRIPTION_ID: [decide, tell],
  PAGERDUTY_REENABLE_SUBSCRIPTION: [tell],

  GRAFANA_WEBHOOK_SECRETS: [api],
  GRAFANA_WEBHOOK_SIGNATURE_HEADER: [api],
  GRAFANA_WEBHOOK_TIMESTAMP_HEADER: [api],
  GRAFANA_URL: [decide, tell],
  GRAFANA_TOKEN: [decide, tell],
  GRAFANA_ORG_ID: [decide, tell],
  GRAFANA_DASHBOARD_UID: [tell],
  GRAFANA_SILENCE: [tell],

  SERVICENOW_WEBHOOK_SECRETS: [api],
  SERVICENOW_USER: [api, decide, tell],
  SERVICENOW_TABLE: [api, decide, tell],
  SERVICENOW_URL: [decide, tell],
  SERVICENOW_PASSWORD: [decide, tell],
  SERVICENOW_CLIENT_ID: [decide, tell],
  SERVICENOW_CLIENT_SECRET: [decide, tell],
  SERVICENOW_CLOSE_CODE: [tell],
  SERVICENOW_OPEN_TICKETS: [tell],

  SLACK_BOT_TOKEN: [tell],
  SLACK_SIGNING_SECRET: [api],
  SLACK_USERS_TOKEN: [api],
  SLACK_TEAM_ID: [api],
  SLACK_API_URL: [api, tell],

  ALERTMANAGER_URL: [decide, tell],
  ALERTMANAGER_TOKEN: [decide, tell],
  PROMETHEUS_URL: [decide],
  PROMETHEUS_TOKEN: [decide],
  HTTP_PROBES: [decide],
  HTTP_CALENDARS: [decide],

  LOKI_URL: [tell],
  LOKI_TENANT: [tell],
  LOKI_ENV: [tell],
  LOKI_USER: [tell],
  LOKI_PASSWORD: [tell],
  LOKI_TOKEN: [tell],
  OPENSEARCH_URL: [tell],
  OPENSEARCH_INDEX: [tell],
  OPENSEARCH_USER: [tell],
  OPENSEARCH_PASSWORD: [tell],
};

/** Variables that a platform other than Compose sets, or the sandbox: why each has no place in the file. */
export const elsewhere: Readonly<Record<string, string>> = {
  AWS_ENDPOINT_URL: 'of the sandbox, and of private endpoints, which a host on AWS resolves by name',
  AWS_SESSION_TOKEN: 'credentials that end cannot be renewed in a file of Compose',
  AWS_PROFILE: 'the containers have no home with profiles',
  AWS_ROLE_ARN: 'EKS sets it',
  AWS_WEB_IDENTITY_TOKEN_FILE: 'EKS sets it',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: 'ECS sets it',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'EKS sets it',
};

const secret = (name: string): string => `./deploy/secrets/${name}`;

/** What must be there. */
export const required = {
  secrets: ['postgres_password', 'ledger_password', 'database_url', 'api_tokens'] as readonly string[],
  env: { RULES_FOLDER: '/srv/rules', TEMPORAL_DATABASE_PASSWORD: 'abc123' },
  files: {
    [secret('database_url')]: 'postgres://opssentinel:x@postgres:5432/opssentinel\n',
    [secret('api_tokens')]: `ada:admin:${'0'.repeat(64)}\n`,
  },
};

/** A value that each one's own check accepts, as the process gets it. */
const values: Readonly<Record<string, string>> = {
  AWS_REGION: 'eu-west-1',
  OPSSENTINEL_SNS_TOPICS: 'arn:aws:sns:eu-west-1:111122223333:alarms',
  OPSSENTINEL_CLOUDWATCH_LOG_GROUP: '/opssentinel/prod',
  OPSSENTINEL_CLOUDWATCH_NAMESPACE: 'OpsSentinel',
  PAGERDUTY_APPROVE_BUTTON: 'Approve',
  PAGERDUTY_REJECT_BUTTON: 'Reject',
  PAGERDUTY_USER_ID: 'PABC123',
  PAGERDUTY_FROM: 'agent@example.com',
  PAGERDUTY_REGION: 'eu',
  PAGERDUTY_API_URL: 'https://api.eu.pagerduty.com',
  PAGERDUTY_EVENTS_URL: 'https://events.eu.pagerduty.com',
  PAGERDUTY_STATUS_UPDATES: 'true',
  PAGERDUTY_SUBSCRIPTION_ID: 'PWHS001',
  PAGERDUTY_REENABLE_SUBSCRIPTION: 'true',
  GRAFANA_WEBHOOK_SIGNATURE_HEADER: 'X-Signature',
  GRAFANA_WEBHOOK_TIMESTAMP_HEADER: 'X-Time',
  GRAFANA_URL: 'https://grafana.example.com',
  GRAFANA_ORG_ID: '1',
  GRAFANA_DASHBOARD_UID: 'ops',
  GRAFANA_SILENCE: 'true',
  SERVICENOW_USER: 'opssentinel',
  SERVICENOW_TABLE: 'incident',
  SERVICENOW_URL: 'https://example.service-now.com',
  SERVICENOW_CLIENT_ID: 'client',
  SERVICENOW_CLOSE_CODE: 'Solution provided',
  SERVICENOW_OPEN_TICKETS: 'true',
  SLACK_TEAM_ID: 'T0123ABCD',
  SLACK_API_URL: 'https://slack.example.com/api',
  ALERTMANAGER_URL: 'https://alertmanager.example.com',
  PROMETHEUS_URL: 'https://prometheus.example.com',
  HTTP_PROBES: 'checkout=https://checkout.example.com/healthz',
  LOKI_URL: 'https://loki.example.com',
  LOKI_TENANT: 'ops',
  LOKI_ENV: 'prod',
  LOKI_USER: 'ops',
  OPENSEARCH_URL: 'https://opensearch.example.com',
  OPENSEARCH_INDEX: 'opssentinel-{month}',
  OPENSEARCH_USER: 'ops',
};

const secrets: Readonly<Record<string, string>> = {
  OPSSENTINEL_DOOR_TOKENS: `alerts:alertmanager:${'1'.repeat(64)}`,
  PAGERDUTY_WEBHOOK_SECRETS: 'a'.repeat(40),
  PAGERDUTY_ROUTING_KEY: 'a'.repeat(32),
  PAGERDUTY_CHANGE_ROUTING_KEY: 'b'.repeat(32),
  GRAFANA_WEBHOOK_SECRETS: 'c'.repeat(40),
  SERVICENOW_WEBHOOK_SECRETS: 'd'.repeat(40),
  SERVICENOW_PASSWORD: 'password',
  SERVICENOW_CLIENT_SECRET: 'client-secret',
  SLACK_BOT_TOKEN: 'xoxb-posts',
  SLACK_SIGNING_SECRET: 'e'.repeat(32),
  SLACK_USERS_TOKEN: 'xoxp-reads-users',
  ALERTMANAGER_TOKEN: 'alertmanager-token',
  PROMETHEUS_TOKEN: 'prometheus-token',
  HTTP_CALENDARS: 'freezes=https://calendar.example.com/freezes.ics',
  LOKI_PASSWORD: 'loki-password',
  OPENSEARCH_PASSWORD: 'opensearch-password',
};

/** One per role that holds it, with rights of its own. */
const perRole: Readonly<Record<string, string>> = {
  READ_AWS_SECRET_ACCESS_KEY: 'read-aws',
  ACT_AWS_SECRET_ACCESS_KEY: 'act-aws',
  TELL_AWS_SECRET_ACCESS_KEY: 'tell-aws',
  READ_MCP_SERVERS: '{"kubernetes":{"url":"https://mcp.example.com/mcp","token":"read"}}',
  ACT_MCP_SERVERS: '{"kubernetes":{"url":"https://mcp.example.com/mcp","token":"act"}}',
  READ_PAGERDUTY_API_TOKEN: 'read-pagerduty',
  TELL_PAGERDUTY_API_TOKEN: 'tell-pagerduty',
  READ_GRAFANA_TOKEN: 'read-grafana',
  TELL_GRAFANA_TOKEN: 'tell-grafana',
};

const filesOf = (given: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).map(([name, text]) => [secret(name.toLowerCase()), `${text}\n`]));
const pathsOf = (given: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.keys(given).map((name) => [`${name}_FILE`, secret(name.toLowerCase())]));

/** An `.env` that sets all there is, the files that it names, and the same as one environment without files. */
export const everything = {
  env: {
    ...required.env,
    ...values,
    ...pathsOf({ ...secrets, ...perRole }),
    READ_AWS_ACCESS_KEY_ID: 'AKIAREAD',
    ACT_AWS_ACCESS_KEY_ID: 'AKIAACT',
    TELL_AWS_ACCESS_KEY_ID: 'AKIATELL',
  },
  files: { ...required.files, ...filesOf({ ...secrets, ...perRole }) },
  /** Beside what it excludes: a token of Loki instead of user and password. */
  also: { LOKI_TOKEN_FILE: secret('loki_token') },
  plain: {
    ...values,
    ...secrets,
    AWS_ACCESS_KEY_ID: 'AKIAACT',
    AWS_SECRET_ACCESS_KEY: 'act-aws',
    MCP_SERVERS: perRole['ACT_MCP_SERVERS'] ?? '',
    PAGERDUTY_API_TOKEN: 'tell-pagerduty',
    GRAFANA_TOKEN: 'tell-grafana',
  },
};
