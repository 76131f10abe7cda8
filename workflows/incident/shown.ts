import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { type SearchAttribute, searchAttributes } from '../../domain/search-attributes.js';
import type { RunStatus } from '../messages.js';

/** Where the run stands: answered to queries, shown in the Web UI as current details and in the search attributes. */
export interface Shown {
  status: RunStatus;
  details: string[];
}

export const shownAtStart = (): Shown => ({ status: { phase: 'decide', says: 'reading the incident' }, details: [] });

/** The one way to write search attributes. */
export function setAttributes(values: Partial<Record<SearchAttribute, string>>): void {
  upsertSearchAttributes(
    Object.entries(values).map(([name, value]) => ({
      key: defineSearchAttributeKey(searchAttributes[name as SearchAttribute], 'KEYWORD'),
      value: value.slice(0, 200),
    })),
  );
}

/** Moves on to a phase, in words. Costs one history event when the state changes. */
export function show(shown: Shown, status: RunStatus, ...details: string[]): void {
  const changed = shown.status.phase !== status.phase;
  shown.status = status;
  shown.details = details;
  setCurrentDetails(currentDetails(shown));
  if (changed) setAttributes({ state: status.phase });
}

function currentDetails({ status, details }: Shown): string {
  const until = status.until ? `\n\nuntil ${status.until}` : '';
  return [`**${status.phase}**: ${status.says}${until}`, ...details].join('\n\n');
}

/** The commands that decide, ready to be copied. */
export function howToDecide(planHash: string): string {
  const { workflowId } = workflowInfo();
  const short = planHash.slice(0, 8);
  const incident = workflowId.replace(/^incident:/, '');
  return [
    '```',
    `opssentinel approve ${incident} --plan ${short}`,
    `temporal workflow signal -w ${workflowId} --name approve --input '{"by":"you","planHash":"${short}"}'`,
    `temporal workflow signal -w ${workflowId} --name reject --input '{"by":"you","planHash":"${short}"}'`,
    '```',
  ].join('\n');
}
