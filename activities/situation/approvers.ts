import type { Incident, Person } from '../../domain/incident.js';
import { isFinal } from '../../integrations/contract/errors.js';
import type { ActivityDeps } from '../deps.js';
import { isVendorFailure } from '../shell.js';
import type { About } from '../types.js';
import { onCallNow } from './on-call.js';

/** Who may decide about this incident at this moment, and by which names they are known, lower case. */
export interface Approvers {
  names: readonly string[];
  /** For people: `ada@example.com, grace@example.com`, `nobody`. */
  says: string;
  /** Those of the rota: each is known by more than one name. Absent: nobody could be asked, and each name is one person. */
  people?: readonly Person[];
}

/** Those whom the policy names for the rule's team; else whoever is on call for the incident now. Nobody found: nobody's word counts. */
export async function approversNow(deps: ActivityDeps, about: About, incident: Incident, team: string): Promise<Approvers> {
  const named = deps.rules().policy.doc.teams[team]?.approvers;
  if (named) {
    const says = named.join(', ') || 'nobody';
    const people = await rotaIfKnown(deps, about, incident);
    const names = [...new Set(named.flatMap((name) => allNamesOf(name, { people })))];
    return { names, says, ...(people.length > 0 ? { people } : {}) };
  }
  const people = await onCallNow(deps, about, incident);
  return { names: people.flatMap(namesOf), says: people.map(({ email, name }) => email ?? name).join(', ') || 'nobody', people };
}

/**
 * Who is on call now, for the other names of those whom the policy names: it knows whoever has duty at this moment, and nobody else.
 * Where the rota may not be read each name is one person, as the policy says; where it may be read later, that is waited for.
 */
async function rotaIfKnown(deps: ActivityDeps, about: About, incident: Incident): Promise<Person[]> {
  try {
    return await onCallNow(deps, about, incident);
  } catch (error) {
    if (!isVendorFailure(error) || !isFinal(error.fault)) throw error;
    return [];
  }
}

/** Never the display name: everybody chooses their own. */
const namesOf = ({ id, email }: Person): string[] => [folded(id), ...(email === undefined ? [] : [folded(email)])];

/** Every name of the person who has this one; just this one where nobody knows others. Lower case. */
export function allNamesOf(name: string, { people = [] }: Pick<Approvers, 'people'>): string[] {
  const person = people.find((one) => namesOf(one).includes(folded(name)));
  return person ? namesOf(person) : [folded(name)];
}

/** The one name by which a person's words are kept, whichever they gave it under: two names are not two people. */
export function keptName(name: string, { people = [] }: Pick<Approvers, 'people'>): string {
  const email = people.find(({ id }) => folded(id) === folded(name))?.email;
  return email ?? name;
}

const folded = (name: string): string => name.trim().toLowerCase();

/** Who asked for this action: whoever pressed for it at the source, whoever proposed it. From the ledger's lines. Lower case. */
export async function requestersOf({ ledger }: ActivityDeps, { incident }: About): Promise<string[]> {
  const lines = await ledger.timeline(incident);
  return lines
    .flatMap(({ data }) => [data?.['requestedBy'], data?.['proposedBy']])
    .flatMap((one) => (typeof one === 'string' ? [folded(one)] : []));
}
