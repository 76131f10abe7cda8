import { VendorError } from '../contract/errors.js';

// oxlint-disable-next-line no-control-regex
const ansi = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/** A server's or a tool's own words: one short line, without control characters, marks of direction and colours. Shown, never interpreted. */
export function plain(text: string, limit: number): string {
  const oneLine = text
    .slice(0, 20_000)
    .replace(ansi, '')
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, '')
    .trim();
  return oneLine.length > limit ? `${oneLine.slice(0, limit - 1)}…` : oneLine;
}

export const refused = (says: string): VendorError => new VendorError('mcp', 'refused', says);
