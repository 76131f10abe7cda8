import type { Alert } from './alert.js';
import type { CatalogueTarget } from './catalogue.js';
import type { Incident } from './incident.js';
import type { Json, JsonObject } from './json.js';
import type { Target } from './target.js';

/** What a condition may read: each field's type. `object` and `list` are open below; `texts` is a map from any key to text. */
export type FieldType = 'string' | 'number' | 'boolean' | 'list' | 'object' | 'texts' | FieldTree;
export interface FieldTree {
  readonly [field: string]: FieldType;
}

/** What `when`, `unless`, `target` and `{ from: … }` of a rule may read. Nothing else; no clock. */
export const ruleFields = {
  alert: {
    source: 'string',
    name: 'string',
    namespace: 'string',
    metric: 'string',
    threshold: 'number',
    labels: 'texts',
    severity: 'string',
    startedAt: 'string',
    account: 'string',
    region: 'string',
  },
  incident: {
    id: 'string',
    title: 'string',
    urgency: 'string',
    priority: 'string',
    service: { id: 'string', name: 'string' },
    team: 'string',
  },
} as const satisfies FieldTree;

/** What `require` and a runbook's `{ from: target.… }` may read of a target type. */
export const targetFields = (type: CatalogueTarget): { target: FieldTree } => ({
  target: { ...type.facts, id: 'string', name: 'string', account: 'string', region: 'string', tags: 'texts' },
});

/** Type of the field at a dotted path; `texts` answers `string` for any key. `undefined`: there is no such field. */
export function fieldType(tree: FieldTree, path: string): FieldType | undefined {
  let here: FieldType | undefined = tree;
  for (const part of path.split('.')) {
    if (here === undefined || part === '') return undefined;
    if (here === 'texts') here = 'string';
    else if (typeof here !== 'object' || !Object.hasOwn(here, part)) return undefined;
    else here = here[part];
  }
  return here;
}

/** The alert and the incident as conditions see them: absent fields are absent, nothing inherited. */
export const ruleFacts = (alert: Alert, incident: Incident): JsonObject => ({
  alert: present({
    source: alert.source,
    name: alert.name,
    namespace: alert.namespace,
    metric: alert.metric,
    threshold: alert.threshold,
    labels: { ...alert.labels },
    severity: alert.severity,
    startedAt: alert.startedAt,
    account: alert.account,
    region: alert.region,
  }),
  incident: present({
    id: incident.id,
    title: incident.title,
    urgency: incident.urgency,
    priority: incident.priority,
    service: { id: incident.service.id, name: incident.service.name },
    team: incident.team,
  }),
});

export const targetFacts = (target: Target): JsonObject => ({
  target: {
    ...target.facts,
    id: target.id,
    name: target.name,
    account: target.account,
    region: target.region,
    tags: { ...target.tags },
  },
});

/** The value at a dotted path, own members only. */
export function valueAt(facts: JsonObject, path: string): Json | undefined {
  let here: Json | undefined = facts;
  for (const part of path.split('.')) {
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, part)) return undefined;
    here = (here as JsonObject)[part];
  }
  return here;
}

const present = (members: Record<string, Json | undefined>): JsonObject =>
  Object.fromEntries(Object.entries(members).filter((member): member is [string, Json] => member[1] !== undefined));

/** Text of a rule's target that begins so is a field; any other text in a target's map is a literal. */
export const isField = (text: string): boolean => /^(?:alert|incident)\./.test(text);

/** Whether the whole text matches, even where a pattern forgot an anchor or carries state. */
export const fitsWhole = (pattern: RegExp, text: string): boolean =>
  new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gmy]/g, '')).test(text);
