import type { JsonObject } from '../../../domain/json.js';
import type { Target } from '../../../domain/target.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';
import { refused } from './parameters.js';

/** What admission records; `start` sends what stands here and nothing else. */
export interface RecordedCommand extends JsonObject {
  document: string;
  version: string;
  sha256: string;
  /** Id of the one instance that it is sent to. */
  instance: string;
  /** Whether the document lets its caller say how long it may run. */
  takesTimeout: boolean;
}

type Pinned = Pick<RecordedCommand, 'document' | 'version' | 'sha256'>;

/** The document's parameter for how long its script may run (contracts 5.2). */
export const timeoutParameter = 'executionTimeout';

/** Throws VendorError unless the pinned document is our own, is what was approved, and the instance's agent answers. */
export async function readyToSend(call: CallWith<AwsClient>, pinned: Pinned, target: Target): Promise<RecordedCommand> {
  if (target.type !== 'aws.ec2.instance') throw refused(`a command runs on an instance, and the target is a ${target.type}`);
  const ping = target.facts['ssmPing'];
  if (ping !== 'Online')
    throw new VendorError(
      'aws',
      'conflict',
      `the SSM agent of ${target.name} is ${typeof ping === 'string' && ping !== '' ? ping : 'not known'}, not Online`,
    );
  const document = await readDocument(call, pinned);
  const takesTimeout = document.Parameters?.some(({ Name }) => Name === timeoutParameter) ?? false;
  const { document: name, version, sha256 } = pinned;
  return { document: name, version, sha256, instance: target.name, takesTimeout };
}

async function readDocument(call: CallWith<AwsClient>, { document: name, version, sha256 }: Pinned) {
  const { Document: document } = await call.client.ssm.describeDocument(call, { Name: name, DocumentVersion: version });
  const which = `${name} version ${version}`;
  if (!document) throw new VendorError('aws', 'absent', `there is no document ${which}`);
  if (document.Owner !== call.place.account)
    throw refused(`${which} belongs to ${document.Owner ?? 'nobody that SSM names'}, not to account ${call.place.account}`);
  if (document.DocumentType !== 'Command')
    throw refused(`${which} is a ${document.DocumentType ?? 'typeless'} document, not a Command`);
  if (document.Status !== 'Active')
    throw new VendorError('aws', 'conflict', `${which} is ${document.Status ?? 'without a status'}, not Active`);
  if (document.DocumentVersion !== version)
    throw refused(`asked for ${which}, SSM answered version ${document.DocumentVersion ?? 'none'}`);
  if (document.HashType !== 'Sha256' || document.Hash?.toLowerCase() !== sha256)
    throw refused(`the content of ${which} is not the one that was approved`);
  return document;
}
