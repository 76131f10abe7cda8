/**
 * What runs can be searched by in Temporal. All keywords: SQL visibility stores allow ten of them.
 * They are not encrypted: no alert text, no secret.
 */
export const searchAttributes = {
  state: 'OpsState',
  source: 'OpsSource',
  incident: 'OpsIncident',
  service: 'OpsService',
  target: 'OpsTarget',
  rule: 'OpsRule',
  environment: 'OpsEnvironment',
  mode: 'OpsMode',
  outcome: 'OpsOutcome',
} as const;

export type SearchAttribute = keyof typeof searchAttributes;
