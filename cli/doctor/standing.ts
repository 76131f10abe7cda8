import type { ApiClient } from '../../api/client.js';
import { doorStanding } from '../../api/door/standing.js';
import { readSenders } from '../../api/senders.js';
import type { DoorView } from '../../api/shapes.js';
import { counted } from '../../domain/words.js';
import type { Registry } from '../../integrations/contract/registry.js';
import { because, fail, type Finding, ok, skip, warn } from './finding.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** So many lines are minutes of a busy day: a sink that is further behind has been away, or is too slow. */
const mostBehind = 1_000;

/** Where the ledger's lines go, and whether they arrive there. */
export async function examineFollowers(api: Pick<ApiClient, 'followers'> | undefined): Promise<Finding[]> {
  if (api === undefined) return [skip('followers', 'no API was asked')];
  try {
    const rows = await api.followers();
    if (rows.length === 0) return [skip('followers', "none has run yet: the ledger's lines are followed to nowhere")];
    return rows.map(({ follower, behind, skipped, at }): Finding => {
      const check = `follower ${follower}`;
      const left = skipped === 0 ? '' : `; its sink refused ${counted(skipped, 'line')} for good`;
      const says = `${behind === 0 ? 'has everything' : `${counted(behind, 'line')} behind, came forward last at ${at}`}${left}`;
      if (behind > mostBehind)
        return warn(
          check,
          says,
          'look at its sink and at the log of the worker with role tell; what it misses is kept and delivered. One that is not connected any more stays behind',
        );
      return skipped === 0
        ? ok(check, says)
        : warn(check, says, 'the log of the worker with role tell says which lines, and why');
    });
  } catch (error) {
    return [skip('followers', because(error))];
  }
}

/** How senders get in: as the API is configured, or, where none answers, as this shell is. */
export async function examineDoors(
  api: Pick<ApiClient, 'doors'> | undefined,
  sources: Registry['sources'],
  env: Environment,
): Promise<Finding[]> {
  try {
    if (api !== undefined) return doorFindings(await api.doors(), 'at the API');
  } catch {
    // What is wrong with the API is told elsewhere.
  }
  const { senders, problems } = readSenders(env);
  const wrong = problems.map((problem) => fail('doors', problem, 'correct the variable'));
  return [...wrong, ...doorFindings(doorStanding(sources, env, senders), 'with what is set here')];
}

const words = { signature: 'signature', token: 'token', mtls: 'client certificate' } as const;

function doorFindings(doors: readonly DoorView[], where: string): Finding[] {
  const each = doors.map(({ id, path, opens, closed }): Finding => {
    const check = `door ${id}`;
    if (opens.length === 0) return skip(check, `${path}: closed ${where}. To open it set ${closed}`);
    return ok(check, `${path}: open ${where} by ${opens.map((proof) => words[proof]).join(', ')}`);
  });
  if (doors.some(({ opens }) => opens.length > 0)) return each;
  const shut = 'every door is closed, so that incidents come only from sources that are asked (OPSSENTINEL_POLL)';
  return [...each, warn('doors', `${shut}, ${where}`, 'open one of them, or have a source asked')];
}
