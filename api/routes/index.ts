import type { Route } from '../route.js';
import { postApproval, postRelease, postTakeOver } from './decisions.js';
import { postDeploy } from './deploys.js';
import { deleteHold, listHolds, postHold } from './holds.js';
import { getAllTimelines, getIncident, getPlan, getTimeline, listIncidents } from './incidents.js';
import { getRuleRecord, postLabel } from './labels.js';
import { front, healthz, incidentLink, readyz } from './operations.js';
import { acceptRules, followRules, getRulesHistory, revokeRules, rollbackRules } from './rules-revision.js';
import { getEvidence, getRules, reloadRules } from './rules.js';
import { listDoors, listFollowers } from './standing.js';

/** The route table: what is mounted, what tokens may do, and what the OpenAPI document says. */
export const routes: readonly Route[] = [
  listIncidents,
  getIncident,
  getTimeline,
  getAllTimelines,
  getPlan,
  postApproval,
  postTakeOver,
  postRelease,
  listHolds,
  postHold,
  deleteHold,
  postDeploy,
  listFollowers,
  listDoors,
  getRules,
  reloadRules,
  getRuleRecord,
  postLabel,
  getRulesHistory,
  rollbackRules,
  followRules,
  acceptRules,
  revokeRules,
  getEvidence,
  healthz,
  readyz,
  front,
  incidentLink,
];
