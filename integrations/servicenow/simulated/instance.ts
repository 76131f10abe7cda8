import { createHash } from 'node:crypto';
import type { SandboxWorld } from '../../contract/simulator.js';

/** A row: every value a text, as the Table API gives it (contracts 4.1). */
export type Row = Record<string, string>;

/** How the simulated instance behaves; set by `POST /_sandbox/servicenow/behaviour`. */
export interface Behaviour {
  /** `glide.invalid_query.returns_no_rows`. */
  invalidQueryReturnsNoRows: boolean;
  /** Columns of incident that a query may not use: such a part of it is left out. */
  unreadable: string[];
  /** Columns of incident that a write may not set: they are left out of it, with 200. */
  readOnly: string[];
  /** Tables, and numbers of tickets, whose rows the user may not read. */
  hidden: string[];
  /** Tickets that the user may not write. */
  sealed: string[];
  /** Columns that a data policy wants besides, for state 6, e.g. `caller_id`. */
  mandatory: string[];
  /** Columns that a data policy wants for state 2, e.g. `assigned_to`. */
  mandatoryInProgress: string[];
  closeCodes: 'new' | 'old' | string[];
  /** Requests an hour to the Table API; 0: no rule. */
  rateLimit: number;
  /** A denial says when to come again by `Retry-After`, or by `X-RateLimit-Reset` alone. */
  rateLimitSays: 'retry-after' | 'reset';
  /** How long a token lives. Seconds. */
  tokenSeconds: number;
  /** PagerDuty's app: not installed, installed, or with every ticket kept in step. */
  pagerDuty: 'absent' | 'installed' | 'sync';
  /** PagerDuty's incidents get a ticket by PagerDuty's app. */
  linked: boolean;
  /** The Business Rule also tells of tickets that OpsSentinel opened. */
  tellsOfOurs: boolean;
}

const usual: Behaviour = {
  invalidQueryReturnsNoRows: false,
  unreadable: [],
  readOnly: [],
  hidden: [],
  sealed: [],
  mandatory: [],
  mandatoryInProgress: [],
  closeCodes: 'new',
  rateLimit: 0,
  rateLimitSays: 'retry-after',
  tokenSeconds: 1_799,
  pagerDuty: 'absent',
  linked: false,
  tellsOfOurs: false,
};

/** Columns of incident that a fresh instance has, as far as anybody here asks for them. */
const columns = [
  'sys_id number state incident_state active correlation_id correlation_display short_description description',
  'urgency impact priority opened_at sys_created_on sys_updated_on sys_updated_by sys_mod_count reopen_count',
  'resolved_at close_code close_notes hold_reason work_notes comments caller_id assigned_to assignment_group',
  'cmdb_ci business_service location category subcategory',
].flatMap((line) => line.split(' '));
const pagerDutyColumns = ['x_pd_integration_incident', 'x_pd_integration_incident_id'];

/** Columns that hold another table's sys_id. */
export const references: Readonly<Record<string, string>> = {
  caller_id: 'sys_user',
  assigned_to: 'sys_user',
  assignment_group: 'sys_user_group',
  cmdb_ci: 'cmdb_ci',
  business_service: 'cmdb_ci_service',
  location: 'cmn_location',
};

/** Deterministic, and of the form that instances use: 32 hex digits. */
export const sysIdOf = (name: string): string => createHash('md5').update(`sandbox ${name}`).digest('hex');

const named = (kind: string, name: string, more: Row = {}): Row => ({ sys_id: sysIdOf(`${kind} ${name}`), name, ...more });
const user = (userName: string, name: string): Row => named('user', name, { user_name: userName, email: `${userName}@sandbox` });

/** Nobody in it is a person. */
const people = [user('opssentinel', 'OpsSentinel'), user('agent.one', 'Agent One'), user('agent.two', 'Agent Two')];

const codes = {
  new: [
    'Duplicate',
    'Known error',
    'No resolution provided',
    'Resolved by caller',
    'Solution provided',
    'Workaround provided',
    'User error',
  ],
  old: ['Solved (Work Around)', 'Solved (Permanently)', 'Closed/Resolved by Caller'],
};

export interface Instance {
  behaviour: Behaviour;
  incidents: Row[];
  journal: Row[];
  tables: Readonly<Record<string, Row[]>>;
  closeCodes: () => readonly string[];
  choices: () => Row[];
  columns: () => readonly string[];
  nextNumber: () => string;
  /** A time as an instance writes it: UTC, without saying so. */
  now: () => string;
  reset: () => void;
}

export function createInstance(world: SandboxWorld): Instance {
  // A sandbox whose runs are kept must not use a number again.
  let number = world.settings.firstIncident - 1;
  const instance: Instance = {
    behaviour: { ...usual },
    incidents: [],
    journal: [],
    tables: {
      sys_user: people,
      sys_user_group: [named('group', 'Web operations')],
      cmdb_ci: [named('ci', 'web-01'), named('ci', 'checkout-web')],
      cmdb_ci_service: [named('service', 'web'), named('service', 'checkout')],
      cmn_location: [named('location', 'Dublin')],
    },
    closeCodes: () => {
      const { closeCodes } = instance.behaviour;
      return typeof closeCodes === 'string' ? codes[closeCodes] : closeCodes;
    },
    choices: () =>
      instance.closeCodes().map((value) => ({
        sys_id: sysIdOf(`choice ${value}`),
        name: 'incident',
        element: 'close_code',
        inactive: 'false',
        value,
        label: value,
      })),
    columns: () => (instance.behaviour.pagerDuty === 'absent' ? columns : [...columns, ...pagerDutyColumns]),
    nextNumber: () => `INC${String((number += 1) + 10_000).padStart(7, '0')}`,
    now: () => new Date(world.now()).toISOString().slice(0, 19).replace('T', ' '),
    reset: () => {
      instance.behaviour = { ...usual };
      instance.incidents = [];
      instance.journal = [];
    },
  };
  return instance;
}
