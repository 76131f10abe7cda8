import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { giveBackWorkflowId, incidentWorkflowId, workflowIdOf } from '../workflows/ids.js';
import { incidentId, lifeIn } from './incident-id.js';

const ref = (source: string, externalId: string, generation = '0') => ({ source, externalId, generation });

describe('N1: one incident has one id, and no two share one', () => {
  it('is readable where it can be, and names the life after a reopening', () => {
    expect(incidentId(ref('pagerduty', 'Q0HX2R9'))).toBe('pagerduty:Q0HX2R9');
    expect(incidentId(ref('pagerduty', 'Q0HX2R9', '1790756000'))).toBe('pagerduty:Q0HX2R9:r1790756000');
    expect(incidentId(ref('grafana', 'a-b.C9'))).toBe('grafana:a-b.C9');
  });

  it('escapes everything else, byte by byte, two digits each', () => {
    expect(incidentId(ref('grafana', 'a b_c'))).toBe('grafana:a_x20b__c');
    expect(incidentId(ref('grafana', '\n/é'))).toBe('grafana:_x0a_x2f_xc3_xa9');
    expect(incidentId(ref('x', '😀'))).toBe('x:_xf0_x9f_x98_x80');
    expect(incidentId(ref('a:b', 'c', ':'))).toBe('a_x3ab:c:r_x3a');
  });

  it('is safe wherever it is put, and different for different incidents', () => {
    const any = fc.record({ source: fc.string(), externalId: fc.string(), generation: fc.oneof(fc.constant('0'), fc.string()) });
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(incidentId(a)).toMatch(/^[A-Za-z0-9._-]*:[A-Za-z0-9._-]*(:r[A-Za-z0-9._-]*)?$/);
        const same = a.source === b.source && a.externalId === b.externalId && a.generation === b.generation;
        expect(incidentId(a) === incidentId(b)).toBe(same);
      }),
      { numRuns: 500 },
    );
  });

  it('gives back the life that it names, and says of another incident that it is another', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (externalId, life) => {
        const one = ref('grafana', externalId, life);
        expect(lifeIn(incidentId(one), one)).toBe(life);
      }),
    );
    const first = ref('pagerduty', 'Q1');
    expect(lifeIn('pagerduty:Q1', first)).toBe('0');
    expect(lifeIn('pagerduty:Q1:r_x3a__', first)).toBe(':_');
    expect(lifeIn('pagerduty:Q1:r__x41', first)).toBe('_x41');
    for (const other of ['pagerduty:Q12', 'pagerduty:Q', 'grafana:Q1', 'pagerduty:Q12:r5', 'x:pagerduty:Q1', 'pagerduty:Q1:5'])
      expect(lifeIn(other, first)).toBeUndefined();
  });
});

it('the ids of runs are made of it, so that a second start of the same incident meets the first', () => {
  expect(incidentWorkflowId(ref('pagerduty', 'Q1', '5'))).toBe('incident:pagerduty:Q1:r5');
  expect(workflowIdOf(incidentId(ref('pagerduty', 'Q1', '5')))).toBe(incidentWorkflowId(ref('pagerduty', 'Q1', '5')));
  expect(giveBackWorkflowId('pagerduty:Q1', 2)).toBe('giveback:pagerduty:Q1:2');
  expect(giveBackWorkflowId('pagerduty:Q1', 2, 0)).toBe('giveback:pagerduty:Q1:2:0');
});
