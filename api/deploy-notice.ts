import type { Deploy } from '../domain/deploy.js';

/** A deployment that is announced for later than this is most likely a wrong clock. Milliseconds. */
const furthestMs = 24 * 3_600_000;

/** What is wrong with a deployment as it was told, in a sentence; `undefined`: nothing. `now`: epoch milliseconds. */
export function deployProblem({ id, service, startedAt, endedAt }: Deploy, now: number): string | undefined {
  if (id === '' || service === '') return 'it names no deployment or no service';
  const start = Date.parse(startedAt);
  const end = endedAt === undefined ? start : Date.parse(endedAt);
  if (Number.isNaN(start) || Number.isNaN(end)) return 'its times cannot be read: write them as 2026-11-22T03:12:41Z';
  if (end < start) return 'it ends before it begins';
  return Math.max(start, end) > now + furthestMs ? 'it lies more than a day ahead' : undefined;
}
