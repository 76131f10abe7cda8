export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A page without script and style. `body` is HTML already; the title is not. */
export const htmlPage = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title></head>
<body>
<h1>${escapeHtml(title)}</h1>
${body}
</body>
</html>
`;

/** What heads every page: nobody may take the sandbox for the real thing. */
export const pageTitle = (mode: 'sandbox' | 'live', title: string): string =>
  mode === 'sandbox' ? `${title} — SANDBOX: no real system is touched` : title;
