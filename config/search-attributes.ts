/**
 * What an incident's workflow can be found by in Temporal. All of type Keyword: a namespace on PostgreSQL
 * or SQLite has ten of that type. They are not encrypted: no secret, no alert text.
 */
export const searchAttributes = [
  'OpsState',
  'OpsSource',
  'OpsIncident',
  'OpsService',
  'OpsTarget',
  'OpsRule',
  'OpsEnvironment',
  'OpsOutcome',
  'OpsMode',
] as const;

export type SearchAttribute = (typeof searchAttributes)[number];

/** Hours that closed runs stay in Temporal: longer than any sender redelivers, so that a closed id still refuses a second run. */
export const retentionHours = 168;
