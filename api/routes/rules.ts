import { z } from 'zod';
import { defineRoute } from '../route.js';
import { rulesNow } from '../rules-now.js';
import { Evidence, RulesReloaded, RulesSummary } from '../shapes.js';
import { findIncident, IncidentParams } from './incident-id.js';

export const getRules = defineRoute({
  method: 'get',
  path: '/api/v1/rules',
  scope: 'viewer',
  summary: 'The loaded rules with their modes and hashes, and what the last reload found wrong.',
  responses: { 200: { says: 'The rules.', schema: RulesSummary } },
  handle: async (deps) => ({ status: 200, body: await rulesNow(deps) }),
});

export const reloadRules = defineRoute({
  method: 'post',
  path: '/api/v1/rules/reload',
  scope: 'admin',
  summary: 'Load the rules again. With a problem in them the set before stays.',
  body: z.strictObject({}).optional(),
  responses: { 200: { says: 'What came of it; `loaded` is false when problems were found.', schema: RulesReloaded } },
  handle: async ({ rules }) => {
    const problems = await rules.reload();
    return { status: 200, body: { loaded: problems.length === 0, hash: rules.current().hash, problems } };
  },
});

export const getEvidence = defineRoute({
  method: 'get',
  path: '/api/v1/evidence/{id}',
  scope: 'viewer',
  summary: 'Everything that is written down about one incident: event, rule, decision, approvals, permits, effects.',
  params: IncidentParams,
  responses: { 200: { says: 'The evidence.', schema: Evidence } },
  problems: [404],
  handle: async ({ ledger }, { params }) => {
    const { id } = await findIncident(ledger, params.id);
    return { status: 200, body: await ledger.evidence(id) };
  },
});
