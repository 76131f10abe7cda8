import type { AdmissionState, Guard, GuardFacts } from '../domain/admission.js';
import { longestDeployMs, namesSource, type DeploySeen } from '../domain/deploy.js';
import { ago, clock, duration, listed } from '../domain/words.js';
import { allow, freeAt, refuse, waitUntil, type Said } from './say.js';

/** What begins within so long is begun: the clocks of others are not ours. Milliseconds. */
const skewMs = 5 * 60_000;
/** How soon a source that could not be read is asked again. Milliseconds. */
const againMs = 30_000;

export const deploys: Guard = {
  id: 'deploys',
  sentence:
    'Nothing is done while the service is being deployed, and for so long after: not knowing is said, and is no leave where the policy names who must know.',
  asked: ['preview', 'admission'],
  judge: (facts, { effects }, { deploysMs, deploysFrom }) => {
    const { now } = facts;
    const limit = duration(deploysMs);
    const others = facts.deploys.seen.filter((one) => hasBegun(one, now) && !isOurs(one, facts, effects));
    const running = newest(
      others.filter((one) => isRunning(one, now)),
      ({ startedAt }) => startedAt ?? now,
    );
    if (running) return refuse(limit, `${running.says} ${sinceWhen(running, now)} (${running.from})`);
    const ended = newest(
      others.filter((one) => one.endedAt !== undefined && !isRunning(one, now)),
      endOf,
    );
    const found = ended ? `last ended ${ago(now - endOf(ended))}: ${ended.says} (${ended.from})` : undefined;
    const free = ended === undefined ? now : endOf(ended) + deploysMs;
    if (found !== undefined && !(now >= free)) return freeAt(refuse(limit, found), free);
    const wanted = facts.deploys.unknown.filter(({ from }) => deploysFrom.some((named) => namesSource(named, from)));
    if (wanted.length > 0) return waitUntil(refuse(limit, `not known: ${unknownWords(wanted)}`), now + againMs);
    return noneLately(limit, found, facts, deploysFrom);
  },
};

function noneLately(
  limit: string,
  found: string | undefined,
  { deploys: { known, unknown } }: GuardFacts,
  named: readonly string[],
): Said {
  const blind = unknown.length > 0 ? `; not known: ${unknownWords(unknown)}` : '';
  if (found !== undefined) return allow(limit, `${found}${blind}`);
  if (known.length > 0) return allow(limit, `none lately (${listed(known)})${blind}`);
  if (blind !== '') return allow(limit, blind.slice('; '.length));
  return allow(limit, named.length > 0 ? `${listed(named)} deploys nothing here` : 'no deploy source is connected: not known');
}

const unknownWords = (unknown: GuardFacts['deploys']['unknown']): string =>
  listed(unknown.map(({ from, because }) => `${from}, ${because}`));

/** A time that cannot be read has come already. */
const hasBegun = ({ startedAt }: DeploySeen, now: number): boolean => !(startedAt !== undefined && startedAt > now + skewMs);

/** One whose end nobody told does not run for ever. */
function isRunning({ startedAt, endedAt }: DeploySeen, now: number): boolean {
  if (endedAt !== undefined) return !(endedAt <= now);
  return startedAt === undefined || !(startedAt + longestDeployMs <= now);
}

const endOf = ({ endedAt = Number.NEGATIVE_INFINITY }: DeploySeen): number => endedAt;

function newest(list: readonly DeploySeen[], at: (one: DeploySeen) => number): DeploySeen | undefined {
  return [...list].sort((a, b) => at(b) - at(a))[0];
}

const sinceWhen = ({ startedAt }: DeploySeen, now: number): string =>
  startedAt === undefined || Number.isNaN(startedAt) ? 'is running' : `runs since ${clock(startedAt, now)}`;

/**
 * What we did to the target shows there as a deployment where it is one. Only the one that the vendor named to us as ours: another may
 * begin minutes after anything that we do.
 */
const isOurs = ({ onTarget, id }: DeploySeen, { target }: GuardFacts, effects: AdmissionState['effects']): boolean =>
  onTarget === true && id !== undefined && effects.some((one) => one.targetId === target.id && one.deployment === id);
