import type { Simulator } from '../integrations/contract/simulator.js';
import type { World } from './world.js';

/** What the server's handlers are given. */
export interface HandlerDeps {
  world: World;
  simulators: readonly Simulator[];
  /** Forgets everything, simulators included. */
  reset: () => void;
}
