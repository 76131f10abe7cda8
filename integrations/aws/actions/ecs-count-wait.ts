import type { EffectEnd } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { readService, type ServiceState } from '../services.js';
import { watch } from './watch.js';

/** What `start` and `adopt` hand to `wait`. */
export interface CountRef extends JsonObject {
  cluster: string;
  service: string;
  from: number;
  desired: number;
  /** Epoch milliseconds. */
  startedAt: number;
}

/** Tasks start within minutes, or not at all. Milliseconds. */
const longest = 30 * 60_000;
/** Whoever cannot read at the end looks a little longer. Milliseconds. */
const blindFor = 5 * 60_000;

/** Polls until so many tasks run. ECS tells a failed placement in its events alone, so only time ends the wait for one. */
export function waitForCount(call: CallWith<AwsClient>, ref: CountRef): Promise<EffectEnd> {
  const id = `the change of ${ref.cluster}/${ref.service}`;
  return watch(call, { id, by: 'ECS', startedAt: ref.startedAt, longestMs: longest + blindFor }, async () =>
    endOfCount(ref, await readService(call, call.place, ref), call.now() - ref.startedAt),
  );
}

/** How it ended, or `undefined` while it goes on. Pure. */
export function endOfCount(
  ref: Pick<CountRef, 'from' | 'desired'>,
  service: Pick<ServiceState, 'desired' | 'running' | 'lastEvent'> | undefined,
  ageMs: number,
): EffectEnd | undefined {
  if (!service) return { status: 'failed', says: 'the service is not there any more' };
  const { desired, running } = service;
  const out = ref.desired > ref.from;
  if (out ? running >= ref.desired : desired === ref.desired && running <= ref.desired)
    return { status: 'succeeded', says: told(ref, service) };
  // Somebody, or a policy, went the other way: what was asked for will not come.
  if (out ? desired < ref.desired : desired > ref.desired)
    return { status: 'failed', says: `${told(ref, service)}; the desired count was set to ${desired} by somebody else` };
  // What can be read is known, and can be put back: the wanted number never came.
  const event = service.lastEvent ? `: ${service.lastEvent}` : '';
  if (ageMs > longest) return { status: 'failed', says: `${told(ref, service)} after ${longest / 60_000} min${event}` };
  return undefined;
}

const told = ({ desired }: Pick<CountRef, 'desired'>, { running }: Pick<ServiceState, 'running'>): string =>
  `${running} of ${desired} running`;
