import type { Tool } from '../tool.js';
import { explainDecision, getEvidence, getIncident, getPlan, listIncidents } from './incidents.js';
import { proposeAction } from './propose.js';
import { listHolds, listRules } from './standing.js';

/** All that a model may do here, in the order that it is listed. Nothing approves, nothing lifts a stop, nothing starts an effect. */
export const tools: readonly Tool[] = [
  listIncidents,
  getIncident,
  getPlan,
  explainDecision,
  listRules,
  listHolds,
  getEvidence,
  proposeAction,
];
