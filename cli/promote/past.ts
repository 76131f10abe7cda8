import { ApiError, type ApiClient } from '../../api/client.js';
import type { LoadedRule } from '../../rules/language/set.js';
import { mostFromApi, recordedByApi } from '../backtest/from-api.js';
import type { Judges } from '../backtest/outline.js';
import { backtest } from '../backtest/play.js';
import { understand } from '../backtest/recorded.js';

/** So far back the installation's own past is played again. */
export const backtestDays = 90;

/** How many of the incidents of that time the rule would decide, of how many; or why that cannot be had. */
export type PastPlayed =
  /** `cut`: there were more of that time than the API lists. */
  { matched: number; incidents: number; cut?: true } | { because: string };

/** By the same function as `rules backtest --from api`. `now`: epoch milliseconds. */
export async function playedAgain(
  api: Pick<ApiClient, 'incidents' | 'plan'>,
  { name }: Pick<LoadedRule, 'name'>,
  environment: string,
  judges: Judges,
  now: number,
): Promise<PastPlayed> {
  try {
    const { recorded, undecided } = await recordedByApi(api, now - backtestDays * 86_400_000);
    const { past } = understand(recorded, judges.registry);
    if (past.length === 0) return { because: 'no incident of that time was decided here' };
    const played = backtest(past, judges).filter(({ outcome }) => outcome !== 'joined');
    const own = played.filter((one) => one.rule === name && (one.environment ?? environment) === environment);
    const cut = recorded.length + undecided >= mostFromApi;
    return { matched: own.length, incidents: played.length, ...(cut ? { cut } : {}) };
  } catch (error) {
    if (error instanceof ApiError) return { because: `the API does not tell the past (${error.message})` };
    throw error;
  }
}
