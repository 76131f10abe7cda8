import { counted } from '../../domain/words.js';
import { lackWords, type RoleStanding, roleWords, unknownWords } from '../rights/standing.js';
import type { Gate } from './gates.js';

export interface RightsAbout {
  rule: string;
  environment: string;
  /** Why somebody who has looked says that the roles may what they need, where this shell could not read it. */
  byHand?: string;
}

/**
 * Before a rule acts by itself its roles have what it needs. What could not be read is not so, unless a person has looked and says it;
 * what was read and is missing nobody's word outweighs. Pure.
 */
export function rightsGates(roles: readonly RoleStanding[], about: RightsAbout): Gate[] {
  return roles.flatMap((role) => gatesOf(role, about));
}

function gatesOf(standing: RoleStanding, { rule, environment, byHand }: RightsAbout): Gate[] {
  const who = roleWords(standing);
  const { lacking, refused } = lackWords(standing);
  const unknown = unknownWords(standing);
  const add = `add ${lacking.length === 1 ? 'this one statement' : `these ${lacking.length} statements`}:   opssentinel iam --rule ${rule} --env ${environment} --diff`;
  const open = [
    ...lacking.map((says, index): Gate => ({ yes: false, says, ...(index === lacking.length - 1 ? { fix: add } : {}) })),
    ...refused.map((says): Gate => ({ yes: false, says, fix: 'no further statement gives it: change what refuses it' })),
  ];
  if (unknown !== undefined) return [...open, byHand === undefined ? notKnown(standing, unknown) : looked(who, byHand)];
  if (open.length > 0) return open;
  return [{ yes: true, says: `${who} may all that it needs (${counted(standing.needs, 'statement')})` }];
}

const looked = (who: string, byHand: string): Gate => ({
  yes: true,
  says: `${who} may all that it needs, looked at by hand: ${byHand}`,
});

const notKnown = ({ reader, ...named }: RoleStanding, why: string): Gate => ({
  yes: false,
  says: `whether ${roleWords(named)} may all that it needs is not known: ${why}`,
  fix: `run it with credentials of ${named.account}${reader === undefined ? '' : ` that may ${reader.needs}`}, or look yourself and add: --rights-by-hand "why you are sure"`,
});
