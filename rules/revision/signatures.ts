import { git } from './git.js';

export interface SignaturesAsked {
  folder: string;
  /** Full id of the commit that is in force. */
  commit: string;
  /** Path of the allowed-signers file (ssh-keygen(1), "ALLOWED SIGNERS"); `undefined`: none is set. */
  allowedSigners: string | undefined;
  /** What led to this commit has been accepted; `undefined`: nothing was, so that all of history counts. */
  accepted: string | undefined;
}

export interface Signed {
  signed: 'all' | 'not' | 'unknown';
  says: string;
}

const short = (commit: string): string => commit.slice(0, 7);
const unknown = (says: string): Signed => ({ signed: 'unknown', says });

/**
 * Whether every commit that touches the folder since the accepted one is signed by an allowed signer who is not its author.
 * Git's default history is walked: the commits that the folder's content comes from; a merge that brings nothing of its own is not one.
 * Its limit: an author's e-mail is only what the commit says, so the signer answers for whom they sign.
 */
export async function signatures({ folder, commit, allowedSigners, accepted }: SignaturesAsked): Promise<Signed> {
  if (allowedSigners === undefined)
    return unknown('who may sign rules is not set (OPSSENTINEL_ALLOWED_SIGNERS, a file of allowed signers)');
  const range = await rangeOf(folder, commit, accepted);
  if ('says' in range) return unknown(range.says);
  const settings = ['gpg.ssh.program=ssh-keygen', `gpg.ssh.allowedSignersFile=${allowedSigners}`, 'log.showSignature=false'];
  // Signatures of other kinds would be judged by a keyring of this machine, which is no list of allowed signers.
  const others = ['gpg.program=false', 'gpg.openpgp.program=false', 'gpg.x509.program=false'];
  const flags = [...settings, ...others].flatMap((one) => ['-c', one]);
  const answer = await git(folder, [...flags, 'log', '-z', '--format=%H%x1f%G?%x1f%GS%x1f%ae', range.range, '--', '.']);
  if (!answer.ok) return unknown(answer.says);
  const lines = answer.out.split('\0').filter((line) => line !== '');
  for (const line of lines) {
    const wrong = wrongWith(line.split('\x1f'));
    if (wrong !== undefined) return { signed: 'not', says: wrong };
  }
  const since = accepted === undefined ? '' : ` since ${short(accepted)}, which was accepted`;
  if (lines.length === 0) return { signed: 'all', says: `nothing has changed${since}` };
  return { signed: 'all', says: `${lines.length === 1 ? 'its commit is' : `all ${lines.length} commits are`} signed${since}` };
}

/** A history that was cut off, or that does not hold what was accepted, says nothing about what lies before. */
async function rangeOf(
  folder: string,
  commit: string,
  accepted: string | undefined,
): Promise<{ range: string } | { says: string }> {
  if (accepted !== undefined) {
    const known = await git(folder, ['cat-file', '-e', `${accepted}^{commit}`]);
    if (known.ok) return { range: `${accepted}..${commit}` };
    return { says: `commit ${short(accepted)}, which was accepted last, is not in this clone; fetch its whole history` };
  }
  const shallow = await git(folder, ['rev-parse', '--is-shallow-repository']);
  if (!shallow.ok) return { says: shallow.says };
  if (shallow.out.trim() !== 'false')
    return { says: 'the clone does not hold its whole history, and no commit was accepted yet' };
  return { range: commit };
}

function wrongWith([id = '', state = '', signer = '', author = '']: readonly string[]): string | undefined {
  // G: good, and its key is an allowed signer's. Everything else (U: nobody's key, B: bad, X: expired, N: none, E: cannot be checked) is not.
  if (state !== 'G' || signer === '') return `commit ${short(id)} is not signed by an allowed signer`;
  if (signer.toLowerCase() === author.toLowerCase()) return `commit ${short(id)} is signed by its own author, ${signer}`;
  return undefined;
}
