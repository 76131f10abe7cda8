import type { Delivery } from '../../domain/delivery.js';
import { durationUnits } from '../../domain/duration.js';
import { incidentId } from '../../domain/incident-id.js';
import { duration, epochMs } from '../../domain/words.js';
import { paceOf } from '../../decide/profiles.js';
import type { Call } from '../../integrations/contract/call.js';
import type { AnySource } from '../../integrations/contract/registry.js';
import type { Subscription } from '../../integrations/contract/subscription.js';
import { isFinal } from '../../integrations/contract/errors.js';
import { nowhere } from '../place.js';
import { callFor, isVendorFailure } from '../shell.js';
import type { ReconcileDeps } from './deps.js';
import { reconcilePaces } from './pace.js';
import type { SourceSwept } from './types.js';

/** For so long PagerDuty itself tries a webhook again (contracts 1.1): what is older was nobody's to deliver any more. */
const horizonMs = 48 * durationUnits.hours;
/** Runs that one round begins: each of them reads its incident, and all share one key's requests per minute. */
const mostBegun = 50;
/** Incidents named in a round's result. */
const mostNamed = 20;

/**
 * Asks every source that can be asked what is open, and begins a run for what has none. A source that fails does not keep the others
 * from their turn; then the whole is tried again, which begins nothing twice.
 */
export async function sweep(deps: ReconcileDeps): Promise<SourceSwept[]> {
  const swept: SourceSwept[] = [];
  const failures: unknown[] = [];
  for (const source of deps.registry.sources.values()) {
    if (!source.open || deps.registry.integrations.get(source.integration)?.connected !== true) continue;
    try {
      swept.push(await sweepSource(deps, source));
      deps.signs.succeeded(source.id);
    } catch (error) {
      deps.signs.failed(source.id, error);
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return swept;
}

async function sweepSource(deps: ReconcileDeps, source: AnySource): Promise<SourceSwept> {
  const pace = paceOf(deps.rules());
  const { settleMs } = reconcilePaces[pace.profile];
  const call = source.with(callFor('', nowhere, pace, deps.now));
  const open = await openAt(deps, source, call);
  const unknown = await withoutRun(deps, open);
  const young = unknown.filter((one) => ageOf(deps, one) < settleMs);
  const begun = await begin(
    deps,
    source,
    unknown.filter((one) => !young.includes(one)),
    mostBegun,
  );
  if (young.length > 0) {
    // Looked at once more in this round: a whole interval later would be later than we promise.
    const youngest = Math.min(...young.map((one) => ageOf(deps, one)));
    await call.sleep(Math.min(settleMs, settleMs - youngest));
    const still = await begin(deps, source, await withoutRun(deps, young), mostBegun - begun.missed.length);
    begun.missed.push(...still.missed);
    begun.left += still.left;
  }
  return {
    source: source.id,
    open: open.length,
    missed: begun.missed.slice(0, mostNamed),
    begun: begun.missed.length,
    left: begun.left,
    subscriptions: await subscriptionsOf(deps, source, call),
  };
}

/** An incident of a service that no environment names can never be acted on: who names none is asked nothing. */
async function openAt(deps: ReconcileDeps, source: AnySource, call: ReturnType<AnySource['with']>): Promise<Delivery[]> {
  const { environments } = deps.rules().policy.doc;
  const services = source.id === 'pagerduty' ? Object.values(environments).flatMap(({ pagerduty }) => pagerduty) : [];
  if (!source.open || services.length === 0) return [];
  return source.open(call, new Date(deps.now() - horizonMs).toISOString(), services);
}

const ageOf = ({ now }: ReconcileDeps, { occurredAt }: Delivery): number => now() - epochMs(occurredAt);

/** Those without a row: its run writes one before it does anything else. */
async function withoutRun({ ledger }: ReconcileDeps, deliveries: readonly Delivery[]): Promise<Delivery[]> {
  const unknown: Delivery[] = [];
  for (const one of deliveries) if ((await ledger.incident(incidentId(one.ref))) === undefined) unknown.push(one);
  return unknown;
}

interface Begun {
  missed: SourceSwept['missed'];
  left: number;
}

/** Temporal has the last word on whether there is a run: one that waits for a worker has no row yet, and takes nobody's share. */
async function begin(deps: ReconcileDeps, source: AnySource, deliveries: readonly Delivery[], most: number): Promise<Begun> {
  const missed: SourceSwept['missed'] = [];
  for (const [index, one] of deliveries.entries()) {
    if (missed.length >= most) return { missed, left: deliveries.length - index };
    const gapMs = Math.max(0, ageOf(deps, one));
    const foundBy = `found by reconciliation ${duration(gapMs)} after it was opened; no webhook came`;
    if ((await deps.takeIn(source.id, one, foundBy)) === 'started') missed.push({ incident: incidentId(one.ref), gapMs });
  }
  return { missed, left: 0 };
}

/** A token that may not read them does not keep incidents from being found: then their state is unknown, and is told so. */
async function subscriptionsOf(deps: ReconcileDeps, source: AnySource, call: Call): Promise<Subscription[]> {
  const read = (): Promise<Subscription[]> => source.subscriptions?.read(source.with(call)) ?? Promise.resolve([]);
  const found = await read().catch((error: unknown): Subscription[] => {
    if (!isVendorFailure(error) || !isFinal(error.fault)) throw error;
    return [{ id: '', state: 'unknown', says: `whether its webhook subscription is on cannot be read: ${error.message}` }];
  });
  for (const one of found) {
    deps.signs.subscription(source.id, one);
    if (one.state !== 'active') await report(deps, source.id, one);
  }
  return found;
}

/** A line an hour for as long as it is so. */
async function report({ ledger, now }: ReconcileDeps, source: string, { id, state, says }: Subscription): Promise<void> {
  const hour = new Date(now()).toISOString().slice(0, 13);
  const eventId = `subscription:${id}:${state}:${hour}`;
  await ledger.journal({ source, eventId, eventType: 'subscription', result: 'recorded', says });
}
