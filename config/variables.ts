import { open, secret, type Variable } from '../domain/variable.js';

/**
 * Every environment variable of the product itself. Those of an integration stand in its folder; `cli/variables.ts` joins them.
 */
export const variables = {
  OPSSENTINEL_MODE: open(
    '`sandbox` (simulators, nothing real is touched) or `live`; live is only ever chosen explicitly.',
    'sandbox',
  ),
  OPSSENTINEL_RULES: open('Folder of rules, runbooks and the policy file opssentinel.yaml.', 'rules/library'),
  OPSSENTINEL_ALLOWED_SIGNERS: open(
    'File of those who may sign rules, as ssh-keygen(1) describes under ALLOWED SIGNERS; in live nothing is automatic under rules whose commits are not signed by one of them other than the author.',
  ),
  OPSSENTINEL_HOST: open('Address that the API and the metrics listen on; 0.0.0.0 in a container.', '127.0.0.1'),
  OPSSENTINEL_PORT: open('Port of the API and the console.', '8080'),
  OPSSENTINEL_METRICS_PORT: open("Port of the API's metrics.", '9090'),
  OPSSENTINEL_WORKER_METRICS_PORT: open("Port of a worker's metrics.", '9091'),
  OPSSENTINEL_SANDBOX_PORT: open('Port of the simulators (sandbox only).', '8090'),
  OPSSENTINEL_TEMPORAL_PORT: open('Port of the local Temporal server that `dev` and `demo` start.', '7233'),
  OPSSENTINEL_TEMPORAL_UI_PORT: open("Port of that server's Web UI.", '8233'),
  OPSSENTINEL_API_TOKENS: secret(
    'Who may call the API: `name:scope:sha256` of each token, separated by commas; scopes are viewer, adviser (an agent that reads and proposes, and decides nothing), approver, operator, admin.',
  ),
  OPSSENTINEL_DOOR_TOKENS: secret(
    'Who may send to the webhook doors that take a token: `name:door:sha256` of each, separated by commas; `*` is every door. A name may stand twice, so that two are valid while one is replaced.',
  ),
  OPSSENTINEL_TLS_CERT: open(
    'PEM file with the certificate (and its chain) that the API shows; with OPSSENTINEL_TLS_KEY it speaks TLS itself.',
  ),
  OPSSENTINEL_TLS_KEY: open('PEM file with the key of that certificate, without a password.'),
  OPSSENTINEL_MTLS: open(
    'Client certificates that the webhook doors take: `door=name,name@/file/of/authorities.pem`, entries separated by semicolons; names are exact. Only where the API speaks TLS itself.',
  ),
  OPSSENTINEL_PUBLIC_URL: open('Address under which people reach the console; links in notes use it.'),
  OPSSENTINEL_MCP: open('`off`: the API is no MCP server; there is then nothing at /mcp.', 'on'),
  OPSSENTINEL_MCP_HOSTS: open(
    'Further host names under which MCP clients reach the API, separated by commas: those of OPSSENTINEL_PUBLIC_URL and OPSSENTINEL_HOST, and localhost, are known.',
  ),
  OPSSENTINEL_STOP_FILE: open('Out-of-band stop: while this file exists, no effect starts.', '.opssentinel/STOP'),
  OPSSENTINEL_STOP: open('Out-of-band stop of one worker: any value but empty, 0 and false stops its effects.'),
  OPSSENTINEL_OWN_PARTS: open(
    'Our own parts, which are never a target: ids or ARNs of the machines, services and databases that OpsSentinel and its Temporal run on, separated by commas; `*` stands for any text.',
  ),
  OPSSENTINEL_WORKER_ROLES: open('Roles of a worker, separated by commas: run, decide, effect, tell.', 'run,decide,effect,tell'),
  OPSSENTINEL_POLL: open(
    'Sources that a worker asks because they cannot reach us, and how often: `pagerduty=60s`, separated by commas.',
  ),
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
} as const satisfies Record<string, Variable>;

/** A variable of the product itself. */
export type VariableName = keyof typeof variables;
