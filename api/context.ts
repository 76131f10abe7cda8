import type { ApiDeps, ApiLimits } from './deps.js';
import type { ApiMetrics } from './metrics.js';
import type { DoorView } from './shapes.js';
import type { Runs } from './runs.js';
import type { Streams } from './streams.js';

/** What routes work with. */
export interface ApiContext extends Pick<ApiDeps, 'ledger' | 'registry' | 'rules' | 'mode' | 'temporalUi' | 'version' | 'log'> {
  runs: Runs;
  streams: Streams;
  metrics: ApiMetrics;
  limits: ApiLimits;
  /** How each webhook door stands. */
  doors: readonly DoorView[];
  /** Epoch milliseconds. */
  now: () => number;
}
