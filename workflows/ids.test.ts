import { describe, expect, it } from '@jest/globals';
import { giveBackWorkflowId, incidentWorkflowId, isGiveBackOf, labelWorkflowId, reconcileId, workflowIdOf } from './ids.js';

const incident = 'pagerduty:Q0HX2R9';

describe('the ids of workflows', () => {
  it('are what people write on a command line and find in the Temporal Web UI', () => {
    expect(incidentWorkflowId({ source: 'pagerduty', externalId: 'Q0HX2R9', generation: '0' })).toBe(`incident:${incident}`);
    expect(workflowIdOf(incident)).toBe('incident:pagerduty:Q0HX2R9');
    expect(labelWorkflowId(incident)).toBe('label:pagerduty:Q0HX2R9');
    expect(reconcileId).toBe('reconcile');
    expect(giveBackWorkflowId(incident, 0)).toBe('giveback:pagerduty:Q0HX2R9:0');
    expect(giveBackWorkflowId(incident, 1, 2)).toBe('giveback:pagerduty:Q0HX2R9:1:2');
  });

  it('tell whose capacity a run gives back: of no incident whose id only begins alike, and of no other kind of run', () => {
    expect(isGiveBackOf(incident, giveBackWorkflowId(incident, 0))).toBe(true);
    expect(isGiveBackOf(incident, giveBackWorkflowId(incident, 1, 2))).toBe(true);
    expect(isGiveBackOf(incident, giveBackWorkflowId(`${incident}0`, 0))).toBe(false);
    expect(isGiveBackOf(incident, labelWorkflowId(incident))).toBe(false);
    expect(isGiveBackOf(incident, `x${giveBackWorkflowId(incident, 0)}`)).toBe(false);
  });
});
