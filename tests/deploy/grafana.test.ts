import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { root } from '../support/root.js';
import { dashboard, exported, metricsOf, queriesOf } from '../support/dashboard.js';

const provisioning = (path: string) =>
  parse(readFileSync(join(root, 'deploy/grafana/provisioning', path), 'utf8')) as Record<string, unknown>;

describe('M15: the dashboard as Grafana loads it', () => {
  const panels = dashboard.panels;

  it('is a classic dashboard with one id per panel, none over another, each within the 24 columns', () => {
    expect(dashboard.schemaVersion).toBe(41);
    expect(dashboard).not.toHaveProperty('id');
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, index) => `${x + (index % w)}/${y + Math.floor(index / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('asks sources that are provisioned, by variables that stand in it', () => {
    const { datasources } = provisioning('datasources/opssentinel.yaml') as { datasources: { uid: string; type: string }[] };
    for (const { name, type, query, current } of dashboard.templating.list.filter((one) => one.type === 'datasource')) {
      expect(type).toBe('datasource');
      expect(datasources).toContainEqual(expect.objectContaining({ uid: current.value, type: query }));
      expect(name).toBe(query);
    }
    const names = new Set(dashboard.templating.list.map(({ name }) => name));
    for (const { datasource, targets } of panels) {
      for (const target of targets) {
        expect(target.datasource).toEqual(datasource);
        expect(datasource.uid).toBe(`\${${target.datasource.type}}`);
        for (const [, used = ''] of target.expr.matchAll(/\$(?!__)\{?(\w+)/g)) expect([...names]).toContain(used);
      }
    }
  });

  it('is in the folder that the provider reads, which the browser cannot change', () => {
    const { providers } = provisioning('dashboards/opssentinel.yaml') as {
      providers: { type: string; allowUiUpdates: boolean; options: { path: string } }[];
    };
    expect(providers).toEqual([expect.objectContaining({ type: 'file', allowUiUpdates: false })]);
    const readme = readFileSync(join(root, 'deploy/grafana/README.md'), 'utf8');
    expect(readme).toContain(`| \`deploy/grafana/dashboards\` | \`${providers[0]?.options.path}\` |`);
  });

  it('shows effects by the tag under which they are drawn', () => {
    const tags = dashboard.annotations.list.flatMap(({ target }) => target?.tags ?? []);
    expect(tags).toEqual(['opssentinel']);
    expect(readFileSync(join(root, 'integrations/grafana/followers/annotations.ts'), 'utf8')).toContain(`= '${tags[0]}';`);
  });

  it('has both languages, and asks nothing without a name', () => {
    const queries = queriesOf('prometheus', { range: '1h', rate: '1m' });
    expect(queries.length).toBeGreaterThan(10);
    for (const { expr } of queries) {
      expect(metricsOf(expr).length).toBeGreaterThan(0);
      expect(expr).not.toMatch(/\$/);
    }
    for (const { expr } of queriesOf('loki', { range: '1h', rate: '1m' })) expect(expr).toContain('{service_name="opssentinel"}');
  });
});

it('a scrape is read as its format says', () => {
  const { types, labels } = exported('# HELP a_total x "y"\n# TYPE a_total counter\na_total{x="1",y="a b"} 1\nb 2\n');
  expect([...types]).toEqual([['a_total', 'counter']]);
  expect([...labels].map(([name, has]) => [name, [...has]])).toEqual([
    ['a_total', ['x', 'y']],
    ['b', []],
  ]);
});
