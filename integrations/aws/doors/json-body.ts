/** A body as JSON; `undefined` when it is none. Bytes are decoded strictly: a wrong byte must not become another text. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return undefined;
  }
}
