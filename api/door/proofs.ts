import type { Socket } from 'node:net';
import type { Proof, RawRequest } from '../../integrations/contract/source.js';
import type { AnySource } from '../../integrations/contract/registry.js';
import type { Guesses } from '../guesses.js';
import type { Senders } from '../senders.js';
import { everyDoor, shownTokens } from './door-tokens.js';

type AnyDoor = Pick<AnySource['doors'][number], 'id' | 'proofs' | 'signedBy'>;

/** What the API itself has found out about a sender, before the door looks at the body. */
export interface Proven {
  proofs: Proof[];
  /** A token was shown, and it is nobody's at this door. */
  wrongToken: boolean;
}

/** Checks what this door takes, and nothing else: a token proves nothing at a door that wants a signature. */
export function prove(
  { tokens, certificates }: Senders,
  door: AnyDoor,
  { headers, socket, now }: { headers: RawRequest['headers']; socket: Socket; now: number },
  guesses: Guesses,
): Proven {
  const shown = door.proofs.includes('token') ? shownTokens(headers) : [];
  const byToken = shown.flatMap((token): Proof[] => {
    const name = tokens.authenticate(token, door.id);
    if (name === undefined) return [];
    guesses.right(token);
    return [{ trust: 'token', by: `token ${name}` }];
  });
  const name = door.proofs.includes('mtls') ? certificates.prove(socket, door.id, now) : undefined;
  const byCertificate: Proof[] = name === undefined ? [] : [{ trust: 'mtls', by: `client certificate ${name}` }];
  return { proofs: [...byCertificate, ...byToken], wrongToken: shown.length > 0 && byToken.length === 0 };
}

/** Whether anybody could prove themselves here by a token or a certificate. */
export const openFor = ({ tokens, certificates }: Senders, { id, proofs }: AnyDoor): boolean =>
  (proofs.includes('token') && tokens.open(id)) || (proofs.includes('mtls') && certificates.open(id));

/** What somebody sets to open a door, for people. */
export function howToOpen({ id, proofs, signedBy }: AnyDoor): string {
  const ways = [
    ...(proofs.includes('signature') ? [signedBy ?? 'its signing secret'] : []),
    ...(proofs.includes('token') ? [`a token: OPSSENTINEL_DOOR_TOKENS with name:${id}:sha256`] : []),
    ...(proofs.includes('mtls') ? [`a client certificate: OPSSENTINEL_MTLS with ${id}=name@file`] : []),
  ];
  return ways.join(', or ');
}

/** Entries for doors that are not there, or that do not take such a proof: most likely a slip of the pen. */
export function strayEntries({ tokens, certificates }: Senders, doors: readonly AnyDoor[]): string[] {
  const ids = (proof: 'token' | 'mtls'): string[] => doors.filter(({ proofs }) => proofs.includes(proof)).map(({ id }) => id);
  const check = (variable: string, named: Iterable<string>, proof: 'token' | 'mtls'): string[] => {
    const taking = ids(proof);
    const stray = [...new Set(named)].filter((door) => door !== everyDoor && !taking.includes(door));
    const what = proof === 'token' ? 'a token' : 'a client certificate';
    return stray.map(
      (door) => `${variable}: no door ${door} takes ${what}; those that do: ${taking.sort().join(', ') || 'none'}`,
    );
  };
  return [
    ...check('OPSSENTINEL_DOOR_TOKENS', tokens.doors, 'token'),
    ...check(
      'OPSSENTINEL_MTLS',
      certificates.rules.map(({ door }) => door),
      'mtls',
    ),
  ];
}
