import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';

interface Target {
  datasource: { type: string; uid: string };
  expr: string;
  /** A graph over the chosen time, not one figure. */
  range?: boolean;
  queryType?: string;
}

/** A Grafana dashboard, as far as our tests read it. */
export interface Dashboard {
  uid: string;
  schemaVersion: number;
  annotations: { list: { target?: { type: string; tags: string[] } }[] };
  templating: { list: { name: string; type: string; query: string; current: { value: string } }[] };
  panels: {
    id: number;
    title: string;
    type: string;
    gridPos: { x: number; y: number; w: number; h: number };
    datasource: { uid: string };
    targets: Target[];
  }[];
}

export const dashboard = JSON.parse(readFileSync(join(root, 'deploy/grafana/dashboards/opssentinel.json'), 'utf8')) as Dashboard;

/** Every query of the dashboard in that language, with what Grafana puts in. */
export function queriesOf(language: 'prometheus' | 'loki', { range, rate }: { range: string; rate: string }) {
  return dashboard.panels.flatMap(({ title, targets }) =>
    targets
      .filter(({ datasource }) => datasource.type === language)
      .map(({ expr, range: overTime, queryType }) => ({
        panel: title,
        overTime: overTime === true || queryType === 'range',
        expr: expr.replaceAll('$__range', range).replaceAll('$__rate_interval', rate).replaceAll('$incident', '.*'),
      })),
  );
}

/** Names of metrics: `opssentinel_…` or `temporal_…`, without what a histogram adds. */
export const metricsOf = (expr: string): string[] => [
  ...new Set((expr.match(/\b(?:opssentinel|temporal)_\w+/g) ?? []).map((name) => name.replace(/_bucket$/, ''))),
];

/** What a scrape holds: types by name, and the names that have samples. */
export function exported(scrape: string): { types: Map<string, string>; labels: Map<string, Set<string>> } {
  const types = new Map<string, string>();
  const labels = new Map<string, Set<string>>();
  for (const line of scrape.split('\n')) {
    const [, name, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (name && type) types.set(name, type);
    const [, sample, inside = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (!sample || line.startsWith('#')) continue;
    const known = labels.get(sample) ?? new Set();
    for (const [, label = ''] of inside.matchAll(/(\w+)="/g)) known.add(label);
    labels.set(sample, known);
  }
  return { types, labels };
}
