import { continueAsNew, sleep } from '@temporalio/workflow';
import type { About, Labelled } from '../../activities/types.js';
import { label as judge, labelled } from '../incident/activities.js';

/** A run that had a plan, to be judged once its incident is closed. */
export interface LabelInput {
  about: About;
  /** Looks again after so long, longer each time. Milliseconds. */
  pauseMs: number;
  /** ISO 8601, UTC: then nobody looks any more. */
  until?: string;
}

const minute = 60_000;
const longest = 15 * minute;
/** The activity itself gives up a day earlier, in words. */
const lasts = 15 * 24 * 60 * minute;
/** Looks so often in one run, so that a history stays short. */
const looks = 200;

/** Waits until the incident is closed at its source, has it judged, and asks a person where nobody can tell. Changes nothing outside. */
export async function label(input: LabelInput): Promise<{ says: string }> {
  const until = input.until ?? new Date(Date.now() + lasts).toISOString();
  let pause = input.pauseMs;
  for (let look = 0; look < looks; look++) {
    // What could not be read is as open: an outage of a source must not cost the label.
    const judged = await judge(input.about).catch((): Labelled => ({ open: true }));
    if (!judged.open) return told(input.about, judged);
    if (Date.now() >= Date.parse(until)) return { says: 'nobody could judge it' };
    await sleep(pause, { summary: 'closed yet?' });
    pause = Math.min(pause * 1.5, Math.max(input.pauseMs, longest));
  }
  return continueAsNew<typeof label>({ ...input, pauseMs: Math.max(input.pauseMs, longest), until });
}

async function told(about: About, { says, ask, demoted }: Labelled & { open: false }): Promise<{ says: string }> {
  if (ask !== undefined || demoted !== undefined)
    await labelled({ ...about, ...(ask === undefined ? {} : { ask }), ...(demoted === undefined ? {} : { demoted }) });
  return { says };
}
