import { z } from 'zod';
import { open, remote, secret, type Variables } from '../../domain/variable.js';

/** How to reach AWS. Credentials of the live mode are found by the SDK's own provider chain and never held here. */
export interface AwsConfig {
  /** Used where a call names no region. */
  region: string | undefined;
  /** Set in the sandbox, and where AWS is reached through a private endpoint. */
  endpoint: string | undefined;
  /** `sandbox`: throw-away credentials made from the account's number, so that the simulator knows which account is meant. */
  credentials: 'sandbox' | 'default-chain';
  /** Where the ledger's lines are followed to, in the process's own account and region. Each is off where it is not set. */
  sinks?: AwsSinks;
}

export interface AwsSinks {
  /** Log group of CloudWatch Logs; it must be there. */
  logGroup?: string;
  /** Namespace of CloudWatch metrics. */
  namespace?: string;
}

/** Any one of these says that the default provider chain has something to find. */
const credentialVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
] as const;

export const awsVariables: Variables = {
  AWS_REGION: open('AWS region for what names none.'),
  AWS_ENDPOINT_URL: remote('Address of AWS for every service; the sandbox sets it to the simulators.'),
  OPSSENTINEL_SNS_TOPICS: open('ARNs of the SNS topics whose alarms are taken at /webhooks/sns, separated by commas.'),
  OPSSENTINEL_CLOUDWATCH_LOG_GROUP: open('CloudWatch log group that every line of the ledger goes to; it must be there.'),
  OPSSENTINEL_CLOUDWATCH_NAMESPACE: open(
    'CloudWatch namespace that outcomes, effects and durations go to; OpsSentinel where only the log group is set.',
  ),
  AWS_ACCESS_KEY_ID: secret('AWS access key; leave empty where a role gives credentials.'),
  AWS_SECRET_ACCESS_KEY: secret('AWS secret key.'),
  AWS_SESSION_TOKEN: secret('AWS session token.'),
  AWS_PROFILE: open('Named AWS profile.'),
  AWS_ROLE_ARN: open('Role for web identity (EKS).'),
  AWS_WEB_IDENTITY_TOKEN_FILE: open('Token file for web identity (EKS).'),
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: open('Set by ECS where a task role gives credentials.'),
  AWS_CONTAINER_CREDENTIALS_FULL_URI: open('Set by EKS Pod Identity where a role gives credentials.'),
};

const text = z
  .string()
  .optional()
  .transform((value) => (value === '' ? undefined : value));

/** The environment to a config; `undefined` when neither an endpoint nor any credentials are set. */
export const awsConfig = z
  .object({
    AWS_REGION: text.refine(
      (value) => value === undefined || /^[a-z]{2,5}(-[a-z]+)+-\d+$/.test(value),
      'is not a region code such as eu-west-1',
    ),
    AWS_ENDPOINT_URL: text.refine(isHttpUrl, 'is not an http or https address such as http://127.0.0.1:8090'),
    OPSSENTINEL_CLOUDWATCH_LOG_GROUP: text.refine(
      (value) => value === undefined || /^[A-Za-z0-9._/#-]{1,512}$/.test(value),
      'is not the name of a log group such as /opssentinel/prod',
    ),
    OPSSENTINEL_CLOUDWATCH_NAMESPACE: text.refine(
      (value) => value === undefined || (/^[A-Za-z0-9._/#:-]{1,255}$/.test(value) && !/^(AWS\/|:)/.test(value)),
      'is not a namespace such as OpsSentinel; those that begin with AWS/ belong to AWS',
    ),
    ...(Object.fromEntries(credentialVariables.map((name) => [name, text])) as Record<
      (typeof credentialVariables)[number],
      typeof text
    >),
  })
  .superRefine((env, context) => {
    if (env.AWS_ACCESS_KEY_ID?.startsWith('SANDBOX') && !env.AWS_ENDPOINT_URL) {
      context.addIssue({
        code: 'custom',
        path: ['AWS_ACCESS_KEY_ID'],
        message: 'holds sandbox credentials, but AWS_ENDPOINT_URL is not set; real AWS would refuse them',
      });
    }
  })
  .superRefine((env, context) => {
    const sink = env.OPSSENTINEL_CLOUDWATCH_LOG_GROUP ?? env.OPSSENTINEL_CLOUDWATCH_NAMESPACE;
    if (sink !== undefined && !env.AWS_ENDPOINT_URL && !env.AWS_REGION)
      context.addIssue({
        code: 'custom',
        path: ['AWS_REGION'],
        message: 'is needed: OPSSENTINEL_CLOUDWATCH_LOG_GROUP and …_NAMESPACE are used in the process’s own region',
      });
  })
  .transform((env): AwsConfig | undefined => {
    const hasCredentials = credentialVariables.some((name) => env[name] !== undefined);
    if (!env.AWS_ENDPOINT_URL && !hasCredentials) return undefined;
    return {
      region: env.AWS_REGION,
      endpoint: env.AWS_ENDPOINT_URL,
      // A request without TLS would show the session token to whoever listens, and a demo must not use what lies in the environment.
      credentials: hasCredentials && !env.AWS_ENDPOINT_URL?.startsWith('http:') ? 'default-chain' : 'sandbox',
      ...sinksOf(env.OPSSENTINEL_CLOUDWATCH_LOG_GROUP, env.OPSSENTINEL_CLOUDWATCH_NAMESPACE),
    };
  });

/** Whoever chose CloudWatch for the log wants the metrics there too. */
function sinksOf(logGroup?: string, namespace?: string): Pick<AwsConfig, 'sinks'> {
  if (logGroup === undefined) return namespace === undefined ? {} : { sinks: { namespace } };
  return { sinks: { logGroup, namespace: namespace ?? 'OpsSentinel' } };
}

function isHttpUrl(value: string | undefined): boolean {
  if (value === undefined) return true;
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
