import type { Simulator } from '../integrations/contract/simulator.js';

/** What each simulator was told and keeps, by vendor: `{"loki": {"lines": 93}}`. Those that keep nothing are left out. */
export const receivedBy = (simulators: readonly Simulator[]): Record<string, Record<string, number>> =>
  Object.fromEntries(simulators.flatMap(({ vendor, received }) => (received ? [[vendor, received()] as const] : [])));
