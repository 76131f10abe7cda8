import type { ApiContext } from './context.js';

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A page without script and style, until the console stands here. */
export function frontPage({
  mode,
  version,
  temporalUi,
  rules,
}: Pick<ApiContext, 'mode' | 'version' | 'temporalUi' | 'rules'>): string {
  const { rules: loaded, hash, profile } = rules.current();
  const title = mode === 'sandbox' ? 'OpsSentinel — SANDBOX: no real system is touched' : 'OpsSentinel';
  const ui =
    temporalUi === undefined ? '' : `<li><a href="${escape(temporalUi)}">Temporal Web UI</a>: every run, step by step</li>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body>
<h1>${title}</h1>
<p>An agent that remediates incidents by pre-approved runbooks, and shows what it did and why. Version ${escape(version)}; ${loaded.length} rules, ${escape(hash.slice(0, 8))}; limits: ${escape(profile)}.</p>
<ul>
${ui}
<li><a href="/openapi.json">openapi.json</a>: what this API offers; <code>/api/v1</code> asks for a token</li>
<li><a href="/readyz?verbose">readyz</a>: whether everything is there</li>
<li><code>opssentinel incident watch</code>: the timeline, live, in a terminal</li>
</ul>
</body>
</html>
`;
}
