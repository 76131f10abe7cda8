import type { Adoption } from '../../../domain/effect.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import type { SentCommand } from './command-wait.js';

/** A command's only mark: at most 100 characters (contracts 5.2); this is 76. */
export const commentOf = (key: string): string => `opssentinel:${key}`;

/** Our clock and theirs may differ by so much. Milliseconds. */
const clocksDiffer = 5 * 60_000;
/** Beyond this the list counts as not read completely, and absence is not claimed. 50 commands a page. */
const mostPages = 20;

/**
 * Finds the command that carries our key. ListCommands cannot filter by Comment (contracts 5.2), so every command of this document on
 * this instance since then is compared. `certain` only when the whole list could be read.
 */
export async function findCommand(
  call: CallWith<AwsClient>,
  { key, since, sent }: { key: string; since: number; sent: SentCommand },
): Promise<Adoption> {
  const comment = commentOf(key);
  let token: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    call.heartbeat();
    const { Commands = [], NextToken } = await call.client.ssm.listCommands(call, {
      InstanceId: sent.instance,
      Filters: [
        { key: 'InvokedAfter', value: new Date(since - clocksDiffer).toISOString().replace(/\.\d{3}Z$/, 'Z') },
        { key: 'DocumentName', value: sent.document },
      ],
      MaxResults: 50,
      ...(token ? { NextToken: token } : {}),
    });
    const ours = Commands.find(({ Comment }) => Comment === comment);
    if (ours?.CommandId !== undefined)
      return { found: true, ref: { ...sent, commandId: ours.CommandId, startedAt: ours.RequestedDateTime?.getTime() ?? since } };
    if (!NextToken) return { found: false, certain: true };
    token = NextToken;
  }
  return { found: false, certain: false };
}
