import type { STSClient } from '@aws-sdk/client-sts';
import type { Call } from '../../contract/call.js';

/** What a request needs to know of its call: where, as whom, for which incident. */
export type At = Pick<Call, 'place' | 'signal' | 'incident' | 'startBy'>;

/** Milliseconds. */
export interface AwsTimeouts {
  connect: number;
  /** From the first byte sent to the last byte read. */
  request: number;
}

/** Settings that every service's client takes. */
export interface SdkSettings {
  region: string;
  maxAttempts: 1;
  customUserAgent: string;
  requestHandler: STSClient['config']['requestHandler'];
  endpoint?: string;
  credentials?: Credentials;
}

/** Temporary, or the sandbox's own. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}
