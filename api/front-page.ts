import type { ApiContext } from './context.js';
import { escapeHtml, htmlPage, pageTitle } from './html.js';

/** Until the console stands here. */
export function frontPage({
  mode,
  version,
  temporalUi,
  rules,
}: Pick<ApiContext, 'mode' | 'version' | 'temporalUi' | 'rules'>): string {
  const { rules: loaded, hash, profile } = rules.current();
  const ui =
    temporalUi === undefined ? '' : `\n<li><a href="${escapeHtml(temporalUi)}">Temporal Web UI</a>: every run, step by step</li>`;
  return htmlPage(
    pageTitle(mode, 'OpsSentinel'),
    `<p>An agent that remediates incidents by pre-approved runbooks, and shows what it did and why.</p>
<p>Version ${escapeHtml(version)}; ${loaded.length} rules, sha256 ${escapeHtml(hash.slice(0, 8))}; limits of profile ${escapeHtml(profile)}.</p>
<ul>${ui}
<li><a href="/openapi.json">openapi.json</a>: what this API offers; <code>/api/v1</code> asks for a token</li>
<li><a href="/readyz?verbose">readyz</a>: whether everything is there</li>
<li><code>opssentinel incident watch</code>: the timeline, live, in a terminal</li>
</ul>`,
  );
}
