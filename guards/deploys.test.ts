import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeployFacts, DeploySeen } from '../domain/deploy.js';
import { askAll, approvalBy, calmFacts, calmState, effectAgo, hour, minute, now, standard } from './facts.fixture.js';

const facts = (seen: DeploySeen[], more: Partial<DeployFacts> = {}) =>
  calmFacts({ deploys: { seen, known: ['api'], unknown: [], ...more } });
const said = (seen: DeploySeen[], more: Partial<DeployFacts> = {}, limits = standard) =>
  askAll(facts(seen, more), calmState(), limits).of('deploys');
const deploy = (startedAgo: number, endedAgo?: number, change: Partial<DeploySeen> = {}): DeploySeen => ({
  from: 'api',
  says: 'checkout 1.4.2',
  startedAt: now - startedAgo,
  ...(endedAgo === undefined ? {} : { endedAt: now - endedAgo }),
  ...change,
});

describe('row 18: deploys', () => {
  it('stands down while one is running, and says which and since when', () => {
    expect(said([deploy(3 * minute)])).toEqual({
      guard: 'deploys',
      verdict: 'refuse',
      limit: '40 min',
      found: 'checkout 1.4.2 runs since 03:10:40Z (api)',
      setBy: 'default',
    });
    expect(said([{ from: 'aws.ecs.service', says: 'a deployment of web', onTarget: true }])).toMatchObject({
      verdict: 'refuse',
      found: 'a deployment of web is running (aws.ecs.service)',
    });
  });

  it('and for so long after its end, to the millisecond; then says how long ago', () => {
    expect(said([deploy(hour, 40 * minute - 1)])).toMatchObject({
      verdict: 'refuse',
      found: 'last ended 39 min ago: checkout 1.4.2 (api)',
      freeAt: '2026-11-22T03:13:41.000Z',
    });
    expect(said([deploy(hour, 40 * minute)])).toMatchObject({ verdict: 'allow' });
    expect(said([deploy(7 * hour, 6 * hour)])).toMatchObject({
      verdict: 'allow',
      found: 'last ended 6 h ago: checkout 1.4.2 (api)',
    });
  });

  it('an end to come is no end; a beginning within minutes is one', () => {
    expect(said([deploy(minute, -minute)])?.verdict).toBe('refuse');
    expect(said([deploy(-4 * minute)])?.verdict).toBe('refuse');
    expect(said([deploy(-6 * minute)])?.verdict).toBe('allow');
  });

  it('one whose end nobody told runs for a day and no longer', () => {
    expect(said([deploy(24 * hour - 1)])?.verdict).toBe('refuse');
    expect(said([deploy(24 * hour)])?.verdict).toBe('allow');
  });

  it('times that cannot be read are no leave', () => {
    expect(said([deploy(0, undefined, { startedAt: Number.NaN })])?.verdict).toBe('refuse');
    expect(said([deploy(hour, undefined, { endedAt: Number.NaN })])?.verdict).toBe('refuse');
  });

  it('nobody who could know is said, and is no refusal where the policy names nobody', () => {
    expect(said([], { known: [] })).toMatchObject({ verdict: 'allow', found: 'no deploy source is connected: not known' });
    const away = { known: [], unknown: [{ from: 'pagerduty', because: 'it does not answer' }] };
    expect(said([], away)).toMatchObject({ verdict: 'allow', found: 'not known: pagerduty, it does not answer' });
    expect(said([])).toMatchObject({ verdict: 'allow', found: 'none lately (api)' });
  });

  it('a source that the policy names and that cannot be read now refuses, and is asked again', () => {
    const limits = { ...standard, deploysFrom: ['api', 'pagerduty.change-events'] };
    const unknown = [{ from: 'pagerduty', because: 'it does not answer' }];
    expect(said([], { unknown }, limits)).toMatchObject({
      verdict: 'refuse',
      found: 'not known: pagerduty, it does not answer',
      wait: true,
      freeAt: '2026-11-22T03:14:10.000Z',
    });
    expect(said([], { unknown: [{ from: 'aws.ecs.service', because: 'x' }] }, limits)?.verdict).toBe('allow');
    expect(said([], { known: [] }, limits)).toMatchObject({ verdict: 'allow' });
  });

  it('what we did to the target ourselves is no deployment of theirs; what others did is', () => {
    const target = calmFacts().target.id;
    const ours = [effectAgo(5 * minute, { targetId: target, deployment: 'ecs-svc/1' })];
    const rollout = deploy(5 * minute - 2000, undefined, { from: 'aws.ecs.service', id: 'ecs-svc/1', onTarget: true });
    const judged = (seen: DeploySeen, effects = ours) =>
      askAll({ ...facts([seen]), laterStep: true }, calmState({ effects })).of('deploys')?.verdict;

    expect(judged(rollout)).toBe('allow');
    expect(judged(rollout, [])).toBe('refuse');
    expect(judged(rollout, [effectAgo(5 * minute, { deployment: 'ecs-svc/1' })])).toBe('refuse');
    expect(judged(deploy(5 * minute - 2000))).toBe('refuse');
    expect(judged(deploy(5 * minute - 2000, undefined, { id: 'ecs-svc/1' }))).toBe('refuse');
    const { id: _id, ...nameless } = rollout;
    expect(judged(nameless)).toBe('refuse');
  });

  it('a deployment that somebody begins minutes after our reboot, or after one of ours, is theirs', () => {
    const target = calmFacts().target.id;
    const theirs = deploy(2 * minute, undefined, { from: 'aws.ecs.service', id: 'ecs-svc/2', onTarget: true });
    const after = (change: object) =>
      askAll(facts([theirs]), calmState({ effects: [effectAgo(5 * minute, { targetId: target, ...change })] })).of('deploys');
    expect(after({ action: 'aws.ec2.reboot-instance' })).toMatchObject({
      verdict: 'refuse',
      found: 'checkout 1.4.2 runs since 03:11:40Z (aws.ecs.service)',
    });
    expect(after({ deployment: 'ecs-svc/1' })?.verdict).toBe('refuse');
  });

  it('no approval overrules it', () => {
    const { decisive } = askAll(facts([deploy(minute)]), calmState({ approvals: [approvalBy('ada')] }));
    expect(decisive).toMatchObject({ guard: 'deploys' });
  });

  it('nothing is ever allowed while one runs, or sooner after one than the limit', () => {
    const any = fc.record({ began: fc.integer({ min: 0, max: 3 * hour }), lasted: fc.option(fc.integer({ min: 0, max: hour })) });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), fc.integer({ min: 0, max: 2 * hour }), (list, deploysMs) => {
        const seen = list.map(({ began, lasted }) => deploy(began, lasted === null ? undefined : began - lasted));
        const blocks = list.some(({ began, lasted }) => lasted === null || began - lasted < Math.max(deploysMs, 1e-9));
        const runs = list.some(({ began, lasted }) => lasted !== null && began - lasted < 0);
        expect(said(seen, {}, { ...standard, deploysMs })?.verdict).toBe(blocks || runs ? 'refuse' : 'allow');
      }),
    );
  });
});
