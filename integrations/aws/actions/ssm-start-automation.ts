import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import { defineAction } from '../../contract/action.js';
import type { CallWith, Place } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import { roleArn } from '../arn.js';
import type { AwsClient } from '../client.js';
import { trailRight } from '../trail/writes.js';
import { findAutomation, incidentTag, keyTag, refOf } from './automation-adopt.js';
import { automationGrants, standardRole } from './automation-grants.js';
import { type AutomationRef, stopAutomation, waitForAutomation } from './automation-wait.js';
import { aimsAt, asLists, documentParameters, mayBegin, pinnedVersion, refused } from './parameters.js';
import { seenAutomated } from './seen-document.js';

const params = z.strictObject({
  document: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.:/-]{2,127}$/, 'is the name or the ARN of an SSM document'),
  version: pinnedVersion('document'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'is the SHA-256 of the document in lower-case hex (ssm:DescribeDocument shows it as Hash)'),
  parameters: documentParameters,
  /** Name of the role that the automation acts as, in the target's account. Without one it would act with our own rights. */
  assumeRole: z
    .string()
    .regex(/^[A-Za-z0-9+=,.@_-]{1,64}$/, "is the name of an IAM role in the target's account")
    .default(standardRole),
});

type Params = z.infer<typeof params>;

/** Runs one SSM Automation document, pinned by version and content, and waits for its end. */
export const ssmStartAutomation = defineAction<AwsClient>()({
  id: 'aws.ssm.start-automation',
  summary: 'Run a pinned SSM Automation document.',
  risk: 'disruptive',
  idempotency: 'token',
  permissions: [
    'ssm:StartAutomationExecution',
    'ssm:AddTagsToResource',
    'ssm:GetAutomationExecution',
    'ssm:StopAutomationExecution',
    'ssm:DescribeAutomationExecutions',
    'ssm:ListTagsForResource',
    'ssm:DescribeDocument',
    'iam:PassRole',
    trailRight,
  ],
  grants: automationGrants,
  params,
  says: ({ document, version }) => `SSM Automation ${document} version ${version}`,
  preState: async (call, wanted, target) => {
    aimsAt(Object.values(wanted.parameters), target);
    return readDocument(call, wanted);
  },
  start: async (call, wanted, attempt) => {
    if (attempt.preState['sha256'] !== wanted.sha256)
      throw refused('admission did not record the content of the pinned document');
    mayBegin(call.now(), attempt.startBy);
    const { AutomationExecutionId: id } = await call.client.ssm.startAutomation(call, {
      DocumentName: wanted.document,
      DocumentVersion: wanted.version,
      ClientToken: clientToken(attempt.key),
      Parameters: parametersFor(call.place, wanted),
      Mode: 'Auto',
      Tags: [
        { Key: incidentTag, Value: call.incident.replace(/[^A-Za-z0-9 _.:/=+@-]/g, '_').slice(0, 256) },
        { Key: keyTag, Value: attempt.key },
      ],
    });
    if (!id) throw new VendorError('aws', 'ambiguous', 'StartAutomationExecution answered without an execution id');
    return { ref: refOf(wanted, id, call.now()), says: `ssm:StartAutomationExecution: ${id}` };
  },
  wait: (call, ref) => waitForAutomation(call, ref as AutomationRef),
  stop: (call, ref) => stopAutomation(call, ref as AutomationRef),
  adopt: (call, { document, version }, { key }) => findAutomation(call, { document, version, key }),
  seenDone: (call, { document }, target, within) => seenAutomated(call, document, target, within),
  undo: 'none',
});

/** Reads the document at its pinned version. Throws `refused` when its content is not the one that was approved. */
async function readDocument(call: CallWith<AwsClient>, wanted: Params): Promise<JsonObject> {
  const { Document: document } = await call.client.ssm.describeDocument(call, {
    Name: wanted.document,
    DocumentVersion: wanted.version,
  });
  const which = `${wanted.document} version ${wanted.version}`;
  if (!document) throw new VendorError('aws', 'absent', `there is no document ${which}`);
  if (document.DocumentType !== 'Automation')
    throw refused(`${which} is a ${document.DocumentType ?? 'typeless'} document, not an Automation`);
  if (document.Status !== 'Active')
    throw new VendorError('aws', 'conflict', `${which} is ${document.Status ?? 'without a status'}, not Active`);
  if (document.DocumentVersion !== wanted.version)
    throw refused(`asked for ${which}, SSM answered version ${document.DocumentVersion ?? 'none'}`);
  if (document.HashType !== 'Sha256' || document.Hash?.toLowerCase() !== wanted.sha256)
    throw refused(`the content of ${which} is not the one that was approved`);
  return { document: wanted.document, version: wanted.version, sha256: wanted.sha256 };
}

const parametersFor = (place: Place, { parameters, assumeRole }: Params): Record<string, string[]> =>
  asLists({ AutomationAssumeRole: roleArn(place, assumeRole), ...parameters });

/**
 * A UUID in the form of version 5 made of the attempt key, so that every repeat of one attempt has the same token.
 * SSM wants exactly 36 characters and compares them without regard to case.
 */
export function clientToken(key: string): string {
  if (!/^[0-9a-f]{64}$/.test(key)) throw refused('the attempt key is not a SHA-256 in hex');
  const variant = ((Number.parseInt(key.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [key.slice(0, 8), key.slice(8, 12), `5${key.slice(13, 16)}`, `${variant}${key.slice(17, 20)}`, key.slice(20, 32)].join(
    '-',
  );
}
