import type { Simulator } from '../integrations/contract/simulator.js';
import { receivedBy } from './received.js';
import type { World } from './world.js';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

type Row = Readonly<Record<string, string | number>>;

const table = (title: string, rows: readonly Row[]): string => {
  const columns = Object.keys(rows[0] ?? {});
  const cell = (row: Row, column: string): string => `<td>${escaped(String(row[column] ?? ''))}</td>`;
  const lines = rows.map((row) => `<tr>${columns.map((column) => cell(row, column)).join('')}</tr>`).join('\n');
  const head = `<tr>${columns.map((column) => `<th>${escaped(column)}</th>`).join('')}</tr>`;
  return `<h2>${escaped(title)}</h2>\n${rows.length === 0 ? '<p>none</p>' : `<table>${head}\n${lines}</table>`}`;
};

/** A simulator with the routes of its own; those that only show can be clicked. */
function ownRoutes({ vendor, controls = {} }: Simulator): string {
  const rows = Object.entries(controls).map(([route, says]) => {
    const [method = '', path = ''] = route.split(' ');
    const address = `/_sandbox/${vendor}${path}`;
    const shown = `${method} ${address}`;
    const link = method === 'GET' && !path.includes('{') ? `<a href="${escaped(address)}">${escaped(shown)}</a>` : escaped(shown);
    return `<li><code>${link}</code> ${escaped(says)}</li>`;
  });
  return `<h2>Simulator ${escaped(vendor)}</h2>\n${rows.length === 0 ? '<p>It has no routes of its own.</p>' : `<ul>${rows.join('')}</ul>`}`;
}

/** A small page for people: what is simulated, and what happened so far. */
export function page(world: World, simulators: readonly Simulator[]): string {
  const alarms = world.alarms.map(({ name, namespace, metric, service }) => ({
    name,
    state: world.alarmState(name),
    metric: `${namespace} ${metric}`,
    service: service.name,
  }));
  const received = Object.entries(receivedBy(simulators)).flatMap(([vendor, kept]) =>
    Object.entries(kept).map(([what, count]) => ({ simulator: vendor, what, count })),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>SANDBOX: OpsSentinel simulators</title>
<style>body{font:15px system-ui,sans-serif;margin:2rem;max-width:70rem}.banner{background:#7a4b00;color:#fff;padding:.6rem 1rem;font-weight:600}
table{border-collapse:collapse}td,th{border:1px solid #8888;padding:.25rem .6rem;text-align:left}code{background:#8882;padding:0 .2rem}</style></head>
<body><p class="banner">SANDBOX: no real system is touched</p>
<h1>OpsSentinel sandbox</h1>
<p>Simulated: ${escaped(simulators.map(({ vendor }) => vendor).join(', '))}. Lists: <a href="/_sandbox/effects">effects</a>, <a href="/_sandbox/calls">calls</a>,
<a href="/_sandbox/received">received</a>, <a href="/_sandbox/unknown">unknown</a>, <a href="/_sandbox/faults">faults</a>, <a href="/_sandbox/alarms">alarms</a>.</p>
<p>Raise one: <code>curl -X POST ${escaped(world.address())}/_sandbox/alarms/ec2-cpu-high -d '{"state":"ALARM"}'</code>.
Script a fault: <code>POST /_sandbox/faults</code>. Start afresh: <code>POST /_sandbox/reset</code>.</p>
${table('Alarms', alarms)}
${table('Received', received)}
${simulators.map(ownRoutes).join('\n')}
${table(
  'Effects',
  world.effects().map((effect) => ({ ...effect })),
)}
</body></html>
`;
}
