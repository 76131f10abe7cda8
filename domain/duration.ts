const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `60s`, `5m`, `2h`, `30d`: a whole number and one unit. `0` needs none. */
export const durationPattern = /^(?:0|[0-9]{1,6}(?:ms|s|m|h|d))$/;
/** `5/1h`: so many in so long. */
export const budgetPattern = /^[0-9]{1,4}\/[0-9]{1,6}(?:s|m|h|d)$/;

/** Milliseconds of `5m`; `undefined` when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  const [, count = '0', unit = 'ms'] = /^([0-9]+)([a-z]*)$/.exec(text) ?? [];
  return Number(count) * unitMs[(unit || 'ms') as keyof typeof unitMs];
}

/** A figure of `count` in `perMs` milliseconds; `undefined` when the text is not one, or its window is empty. */
export function parseBudget(text: string): { count: number; perMs: number } | undefined {
  if (!budgetPattern.test(text)) return undefined;
  const [count = '', per = ''] = text.split('/');
  const perMs = parseDuration(per);
  return perMs ? { count: Number(count), perMs } : undefined;
}

/** `51%`: a share of a whole. */
export const sharePattern = /^(?:100|[0-9]{1,2})%$/;

/** 0 to 1 of `51%`; `undefined` when the text is not a share. */
export const parseShare = (text: string): number | undefined =>
  sharePattern.test(text) ? Number(text.slice(0, -1)) / 100 : undefined;

export type DurationUnit = 'seconds' | 'minutes' | 'hours' | 'days';
export const durationUnits: Readonly<Record<DurationUnit, number>> = {
  seconds: unitMs.s,
  minutes: unitMs.m,
  hours: unitMs.h,
  days: unitMs.d,
};
