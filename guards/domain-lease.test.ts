import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AdmissionState } from '../domain/admission.js';
import { askAll, calmFacts, calmState, minute, now, standard } from './facts.fixture.js';

const domain = '444455556666/eu-west-1/ec2';
const held = (domainHeldBy: AdmissionState['domainHeldBy'], startByMs = standard.startByMs) =>
  askAll(calmFacts(), calmState({ domainHeldBy }), { ...standard, startByMs }).of('domainLease');

describe('domainLease', () => {
  it('N6: waits while another run acts in what fails together, and names it', () => {
    expect(held({ incident: 'pagerduty:Q0HX1B4', since: now - minute })).toEqual({
      guard: 'domainLease',
      verdict: 'refuse',
      limit: 'one',
      found: `Q0HX1B4 acts in ${domain} since 03:12:40Z`,
      wait: true,
      freeAt: '2026-11-22T03:13:55.000Z',
      setBy: 'default',
    });
    expect(held(undefined)).toMatchObject({ verdict: 'allow', found: `nobody else acts in ${domain}` });
  });

  it('its own lease does not keep the run from its next step', () => {
    expect(held({ incident: 'pagerduty:Q0HX2R9', since: now - minute })?.verdict).toBe('allow');
    expect(held({ incident: 'grafana:Q0HX2R9', since: now - minute })?.verdict).toBe('refuse');
  });

  it('looks again soon, and never at a moment that has passed', () => {
    const again = (startByMs: number) => Date.parse(held({ incident: 'x:1', since: now }, startByMs)?.freeAt ?? '') - now;
    expect([again(10 * minute), again(10_000), again(0)]).toEqual([15_000, 250, 250]);
  });

  it('whoever else has it, since whenever: nobody gets past', () => {
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.integer(), fc.constant(Number.NaN)), (incident, since) => {
        const own = incident === 'pagerduty:Q0HX2R9';
        expect(held({ incident, since })?.verdict).toBe(own ? 'allow' : 'refuse');
      }),
    );
  });
});
