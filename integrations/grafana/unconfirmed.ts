import type { Unconfirmed } from '../contract/unconfirmed.js';

export const unconfirmed: readonly Unconfirmed[] = [
  {
    id: 'grafana.silence-status',
    assumes: 'Grafana answers a silence that was made with 202, Alertmanager with 200.',
    tryIt: 'With GRAFANA_SILENCE=true, have a test alert acted on: the silence is there once, and gone after the outcome.',
    rests: ['integrations/grafana/rest.ts', 'integrations/grafana/followers/silences.ts'],
  },
];
