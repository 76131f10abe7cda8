import type { ActivityDeps } from '../deps.js';
import { note } from '../tell/channels.js';
import type { LabelledInput } from '../types.js';

/** A note on the incident wakes nobody: what was right can be said in the morning. Repeated, it is the same note. */
export async function labelled(deps: ActivityDeps, input: LabelledInput): Promise<void> {
  const { ask, demoted } = input;
  const more = `More    ${deps.linkTo(input.incident)}`;
  if (ask !== undefined) await note(deps, input, 'label', `${ask}\n${more}`);
  if (demoted !== undefined) await note(deps, input, 'demotion', `OpsSentinel: ${demoted}.\n${more}`);
}
