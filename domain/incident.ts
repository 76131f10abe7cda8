/** Where an incident lives: the outside system that keeps it, and its id there. */
export interface IncidentRef {
  source: string;
  externalId: string;
  /** Which life of the incident: '0', or the reopening's time in epoch seconds. Part of every attempt key. */
  generation: string;
}

/** As `generation`: whichever life is the latest that we know. For ends of alerts that do not tell their beginning; begins nothing. */
export const latestLife = '';

export type IncidentStatus = 'triggered' | 'acknowledged' | 'resolved';

/** The incident as its source tells it now. Read again before anything is done; never trusted from a webhook. */
export interface Incident {
  ref: IncidentRef;
  /** The id that people use, e.g. `Q0HX2R9`. */
  id: string;
  title: string;
  status: IncidentStatus;
  urgency: string;
  priority?: string;
  service: { id: string; name: string };
  team?: string;
  url?: string;
  escalationPolicy?: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** Who acknowledged it or has it now, by id; empty while only the silent first level has it. */
  heldBy: Person[];
  /** Its present life, where the source tells: as `generation` of a reference. */
  life?: string;
  /** Set when a resolve was a merge into another incident, which repairs nothing. */
  mergedInto?: string;
}

export interface Person {
  id: string;
  name: string;
  email?: string;
}

/** Whether the source says that it was reopened since: then this reference is of a life that is over. */
export const isOtherLife = ({ life }: Pick<Incident, 'life'>, { generation }: IncidentRef): boolean =>
  life !== undefined && life !== generation;
