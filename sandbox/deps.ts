import type { Simulator } from '../integrations/contract/simulator.js';
import type { World } from './world.js';

/** What the server's handlers are given. */
export interface HandlerDeps {
  world: World;
  simulators: readonly Simulator[];
  /** The variables that connect every integration with its simulator. */
  environment: () => Record<string, string>;
  /** Forgets everything, simulators included. */
  reset: () => void;
}
