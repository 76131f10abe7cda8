import { describe, expect, it } from '@jest/globals';
import type { PastEffect } from '../domain/admission.js';
import type { DeployFacts, DeploySeen } from '../domain/deploy.js';
import { askAll, calmFacts, calmState, effectAgo, hour, minute, now, standard } from './facts.fixture.js';

const mine = calmFacts().target.id;
const said = (seen: DeploySeen[], more: Partial<DeployFacts> = {}, effects: PastEffect[] = [], deploysFrom: string[] = []) =>
  askAll(calmFacts({ deploys: { seen, known: ['api'], unknown: [], ...more } }), calmState({ effects }), {
    ...standard,
    deploysFrom,
  }).of('deploys');
const seen = (change: Partial<DeploySeen>): DeploySeen => ({ from: 'api', says: 'web 7', ...change });

describe('row 18: to the millisecond', () => {
  it('what begins in more than five minutes has not begun; in exactly five it has', () => {
    expect(said([seen({ startedAt: now + 5 * minute })])?.verdict).toBe('refuse');
    expect(said([seen({ startedAt: now + 5 * minute + 1 })])?.verdict).toBe('allow');
  });

  it('what ends now has ended', () => {
    expect(said([seen({ startedAt: now - minute, endedAt: now })])?.found).toBe('last ended 0 s ago: web 7 (api)');
    expect(said([seen({ startedAt: now - minute, endedAt: now + 1 })])?.found).toBe('web 7 runs since 03:12:40Z (api)');
  });

  it('one that is running and whose beginning nobody knows is running, and is named before an older one', () => {
    expect(said([seen({})])).toMatchObject({ verdict: 'refuse', found: 'web 7 is running (api)' });
    expect(said([seen({ startedAt: Number.NaN })])?.found).toBe('web 7 is running (api)');
    const [old, unknown] = [seen({ startedAt: now - minute, says: 'old' }), seen({ says: 'unknown' })];
    for (const list of [
      [old, unknown],
      [unknown, old],
    ])
      expect(said(list)?.found).toBe('unknown is running (api)');
    const soon = seen({ startedAt: now + minute, says: 'soon' });
    for (const list of [
      [soon, unknown],
      [unknown, soon],
    ])
      expect(said(list)?.found).toMatch(/^soon runs since/);
  });

  it('of several that have ended the last one counts, and one that is yet to end is none of them', () => {
    const ended = (ago: number, says: string) => seen({ startedAt: now - 3 * hour, endedAt: now - ago, says });
    const list = [ended(90 * minute, 'b'), ended(10 * minute, 'a'), ended(hour, 'c')];
    for (const some of [list, list.toReversed()])
      expect(said(some)).toMatchObject({
        verdict: 'refuse',
        found: 'last ended 10 min ago: a (api)',
        freeAt: '2026-11-22T03:43:40.000Z',
      });
    // Nobody told the end of the last one, which ran for longer than any does.
    expect(said([seen({ startedAt: now - 25 * hour, says: 'endless' }), ended(hour, 'c')])?.found).toBe(
      'last ended 60 min ago: c (api)',
    );
  });

  it('one whose end nobody told, so long ago that it is over, has no end to count from', () => {
    expect(said([seen({ startedAt: now - 25 * hour })])).toMatchObject({ verdict: 'allow', found: 'none lately (api)' });
  });

  it('nothing seen is free now, and says nothing of a time', () => {
    expect(said([])).toEqual({
      guard: 'deploys',
      verdict: 'allow',
      limit: '40 min',
      found: 'none lately (api)',
      setBy: 'default',
    });
  });

  it('who must know and has nothing here is named', () => {
    expect(said([], { known: [] }, [], ['api'])?.found).toBe('api deploys nothing here');
    expect(said([], { known: [] }, [], ['api', 'pagerduty'])?.found).toBe('api and pagerduty deploys nothing here');
  });
});

describe('what we did ourselves is no deployment of others', () => {
  const onTarget = (id: string | undefined, startedAt = now - 30 * minute): DeploySeen =>
    seen({ onTarget: true, startedAt, ...(id === undefined ? {} : { id }) });
  const ours = [effectAgo(30 * minute, { targetId: mine, deployment: 'd-1' })];

  it.each<[string, number]>([
    ['by another clock before it', now - 31 * minute],
    ['long after it', now - minute],
  ])('the one that the vendor named to us, also where it began %s', (_what, startedAt) => {
    expect(said([onTarget('d-1', startedAt)], {}, ours)?.verdict).toBe('allow');
    expect(said([onTarget('d-2', startedAt)], {}, ours)?.verdict).toBe('refuse');
  });

  it('but not one that was not read from the target, not one of an effect on another, and not one without a name', () => {
    expect(said([seen({ id: 'd-1' })], {}, ours)?.verdict).toBe('refuse');
    expect(said([onTarget('d-1')], {}, [effectAgo(30 * minute, { deployment: 'd-1' })])?.verdict).toBe('refuse');
    expect(said([onTarget(undefined)], {}, ours)?.verdict).toBe('refuse');
    expect(said([onTarget(undefined)], {}, [effectAgo(30 * minute, { targetId: mine })])?.verdict).toBe('refuse');
    expect(said([onTarget('d-1')])?.verdict).toBe('refuse');
  });

  it('one of several effects is enough', () => {
    const several = [effectAgo(5 * hour, { targetId: mine }), ...ours, effectAgo(minute)];
    expect(said([onTarget('d-1')], {}, several)?.verdict).toBe('allow');
  });
});
