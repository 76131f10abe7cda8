/** A vendor's words on one line, short, and without any of these secrets, in whatever form a body quotes them. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const withheld = secrets
    .filter((secret) => secret.length > 0)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
      JSON.stringify(secret).slice(1, -1),
    ])
    .reduce((rest, secret) => rest.replaceAll(secret, '[removed]'), text);
  const oneLine = withheld
    .replace(
      /\b(token|authorization|routing_key|password|api[-_]?key)\b["']?\s*[:=]\s*(?:["']?(?:bearer|basic|token)\s+)?\S+/gi,
      '$1=[removed]',
    )
    .replace(/\s+/g, ' ')
    .trim();
  return oneLine.length > 300 ? `${oneLine.slice(0, 299)}…` : oneLine;
}
