const form = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const withZone = (text: string): string => `${text.replace(' ', 'T')}Z`;

/** Times of an instance are UTC without saying so: `2026-11-22 03:12:38`. Contracts 4.1. */
export const utc = {
  is: (text: string): boolean => form.test(text) && Number.isFinite(Date.parse(withZone(text))),
  /** ISO 8601, of what is one. */
  iso: (text: string): string => new Date(withZone(text)).toISOString(),
};
