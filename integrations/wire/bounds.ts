import { z } from 'zod';

/** A query as its author wrote it: one line of text, never made of an alert's words. */
export const query = z.string().regex(/^[\x20-\x7e\u00a0-\uffff]{1,4000}$/, 'is a query of one line');

export const bounds = {
  below: z.number().optional(),
  above: z.number().optional(),
};

export interface Bounds {
  below?: number | undefined;
  above?: number | undefined;
}

export const hasBound = ({ below, above }: Bounds): boolean => below !== undefined || above !== undefined;
export const boundWanted = 'needs below, above or both';

/** One series' newest value; `value` is NaN where there is none. */
export interface Reading {
  series: string;
  value: number;
}

/** Well when there is something, and all of it keeps the bounds: no data is not well, and NaN keeps no bound. */
export function judgeReadings(readings: readonly Reading[], { below, above }: Bounds): { ok: boolean; says: string } {
  const wanted = [...(above === undefined ? [] : [`above ${above}`]), ...(below === undefined ? [] : [`below ${below}`])].join(
    ' and ',
  );
  const [first] = readings;
  if (!first) return { ok: false, says: `no data; wanted ${wanted}` };
  const keeps = ({ value }: Reading): boolean =>
    !Number.isNaN(value) && (below === undefined || value < below) && (above === undefined || value > above);
  const bad = readings.filter((reading) => !keeps(reading));
  const shown = bad[0] ?? first;
  const count =
    readings.length === 1
      ? ''
      : bad.length === 0
        ? `all ${readings.length} series, e.g. `
        : `${bad.length} of ${readings.length} series, e.g. `;
  return { ok: bad.length === 0, says: `${count}${shown.series.slice(0, 200)} ${words(shown.value)}, wanted ${wanted}` };
}

const words = (value: number): string => (Number.isNaN(value) ? 'no number' : String(Number(value.toPrecision(6))));
