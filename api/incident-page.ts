import type { ApiContext } from './context.js';
import { escapeHtml, htmlPage, pageTitle } from './html.js';

/**
 * Where the notes' links lead until the console stands here. Public, so it looks nothing up and tells nothing:
 * not even whether there is such an incident. `id` keeps to the pattern of the route.
 */
export function incidentPage(id: string, { mode, temporalUi }: Pick<ApiContext, 'mode' | 'temporalUi'>): string {
  const shown = escapeHtml(id);
  const commands = [
    [`opssentinel incident show ${shown}`, 'what happened, line by line'],
    [`opssentinel incident watch ${shown}`, 'the same, live'],
    [`opssentinel rules explain ${shown}`, 'why: condition by condition, guard by guard'],
  ];
  const run =
    temporalUi === undefined
      ? ''
      : `\n<p>Its run in <a href="${escapeHtml(temporalUi)}/namespaces/default/workflows?query=${encodeURIComponent(`OpsIncident = "${externalId(id)}"`)}">Temporal's Web UI</a>.</p>`;
  return htmlPage(
    pageTitle(mode, `Incident ${id}`),
    `<p>This page shows no data. In a terminal that may ask the API (OPSSENTINEL_URL, OPSSENTINEL_TOKEN):</p>
<dl>
${commands.map(([command, says]) => `<dt><code>${command}</code></dt><dd>${says}</dd>`).join('\n')}
</dl>${run}`,
  );
}

/** `Q0HX2R9` of `pagerduty:Q0HX2R9` and of `pagerduty:Q0HX2R9:r1790000000`. */
const externalId = (id: string): string =>
  id
    .replace(/:r\d+$/, '')
    .split(':')
    .at(-1) ?? id;
