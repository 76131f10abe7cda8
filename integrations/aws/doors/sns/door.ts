import { z } from 'zod';
import { type Certificates, createCertificates } from './certificates.js';
import { parseTopic, type Topic } from './hosts.js';

/** What the door needs. No secret is among it: SNS signs with its own key. */
export interface SnsDoor {
  /** By ARN. Anybody's account can make SNS sign a message: these are ours. */
  topics: ReadonlyMap<string, Topic>;
  /** Where AWS is reached, if not at the hosts that addresses name. Addresses are judged as they are written all the same. */
  endpoint: string | undefined;
  certificates: Certificates;
}

const mostTopics = 200;

const listed = z
  .string()
  .optional()
  .transform((value) => (value ?? '').split(',').map((arn) => arn.trim()))
  .transform((arns) => (arns.every((arn) => arn === '') ? [] : arns))
  .refine(
    (arns) => arns.every((arn) => parseTopic(arn) !== undefined),
    'holds something that is not the ARN of an SNS topic such as arn:aws:sns:eu-west-1:111122223333:alarms (several with commas between them)',
  )
  .refine((arns) => arns.length <= mostTopics, `has more than ${mostTopics} topics`);

/** Environment to door; `undefined` when no topic is named. */
export const snsDoorConfig = z
  .object({ OPSSENTINEL_SNS_TOPICS: listed, AWS_ENDPOINT_URL: z.string().optional() })
  .transform(({ OPSSENTINEL_SNS_TOPICS: arns, AWS_ENDPOINT_URL: address }): SnsDoor | undefined => {
    if (arns.length === 0) return undefined;
    const endpoint = address?.replace(/\/+$/, '') || undefined;
    return {
      topics: new Map(arns.map((arn) => [arn, parseTopic(arn) as Topic])),
      endpoint,
      certificates: createCertificates(endpoint),
    };
  });
