import type { ApiClient } from '../../api/client.js';
import { shortHash } from '../../domain/plan.js';
import { because, type Finding, ok, skip, warn } from './finding.js';

/** Which rules are in force where the API runs: from which commit, signed by whom, and whether they are the folder's at all. */
export async function examineRevision(api: Pick<ApiClient, 'rules'> | undefined): Promise<Finding[]> {
  const check = 'rules in force';
  if (api === undefined) return [skip(check, 'no API was asked')];
  try {
    const { hash, revision, pinned } = await api.rules();
    if (pinned !== undefined)
      return [warn(check, `${pinned.says}; by ${pinned.by}: ${pinned.reason}`, 'when it is over: opssentinel rules follow')];
    const commit = revision?.commit === undefined ? 'of no known commit' : `commit ${revision.commit.slice(0, 7)}`;
    const says = `${shortHash(hash)}, ${commit}${revision === undefined ? '' : `: ${revision.says}`}`;
    if (revision?.barsAuto === undefined) return [ok(check, says)];
    return [
      warn(
        check,
        `${says}; so nothing is automatic`,
        'have every commit signed by somebody of OPSSENTINEL_ALLOWED_SIGNERS other than its author; for an older history, once: opssentinel rules accept',
      ),
    ];
  } catch (error) {
    return [skip(check, because(error))];
  }
}
