import { shortHash } from '../../domain/plan.js';
import { counted } from '../../domain/words.js';
import { type Colours, hanging, oneLine } from '../output.js';
import type { GuardsKnown } from './guards-now.js';
import type { Preview } from './preview.js';
import type { PreviewStep } from './step.js';

const indent = 12;

/** A preview for people: what, on what, by whose word; and first of all that nothing was done. */
export function previewText(
  { preview, guards, from }: { preview: Preview; guards: GuardsKnown; from: string },
  colours: Colours,
  columns: number,
): string {
  const line = (lead: string, text: string): string =>
    `${lead.padEnd(indent)}${hanging(oneLine(text), indent, Math.min(columns, 100))}`;
  const { rule, approval } = preview;
  const head = [
    `${colours.bold('PREVIEW'.padEnd(indent))}Nothing was done, and nobody was asked.`,
    line('From', from),
    line('Decision', preview.says),
  ];
  if (!rule) return head.join('\n');
  const targets = preview.targets.map(({ name, type, account, region, read }, index) =>
    line(
      index === 0 ? 'Target' : '',
      `${name}: ${type} in ${preview.environment ?? 'no environment'}, account ${account}, ${region}${read ? '' : '; it was not read: what it is like is not known here'}`,
    ),
  );
  return [
    ...head,
    '',
    line('Rule', `${rule.name} of ${rule.team} (${rule.at})`),
    line('Mode', `${preview.mode ?? 'observe'}${preview.modeBecause === undefined ? '' : `: ${preview.modeBecause}`}`),
    ...targets,
    ...(preview.batches
      ? [line('Batches', `${preview.batches.join(', then ')} at once; the next when the one before is seen to have helped`)]
      : []),
    ...preview.requires.map((required, index) => line(index === 0 ? 'Must hold' : '', required)),
    ...preview.steps.flatMap((step, index) => ['', ...stepLines(step, index, preview.steps.length, line)]),
    '',
    ...(approval ? [line('Approval', approval.says)] : []),
    ...guards.says.map((says, index) => line(index === 0 ? 'Guards' : '', says)),
    line(
      'Afterwards',
      preview.resolves === true
        ? 'the incident is resolved at its source once it is verified'
        : 'a note on the incident; resolving it is people’s',
    ),
    line(
      'Plan',
      preview.planHash === undefined
        ? 'has no hash yet: the target as it is read belongs to it'
        : `${shortHash(preview.planHash)}, of ${counted(preview.steps.length, 'step')}`,
    ),
  ].join('\n');
}

function stepLines(step: PreviewStep, index: number, of: number, line: (lead: string, text: string) => string): string[] {
  const lead = of === 1 ? 'Would run' : index === 0 ? 'Step 1' : `Step ${index + 1}`;
  const only = index === 0 ? '' : '; only if the step before did not help';
  return [
    line(lead, `${step.runbook}, risk ${step.risk}${only}`),
    line('  does', `${step.does} (${step.action})`),
    line('  with', JSON.stringify(step.params, undefined, 1).replace(/\n\s*/g, ' ')),
    ...(step.warns === undefined ? [] : [line('  WARNING', step.warns)]),
    ...(step.stopOn === undefined ? [] : [line('  stopped', `as soon as ${step.stopOn} is not well`)]),
    ...(step.timeout === undefined
      ? []
      : [line('  ends', `within ${step.timeout}; after that nobody waits for it, and people are paged`)]),
    line('  helped if', step.verify),
    line('  undo', step.undo),
    ...(step.giveBack === undefined ? [] : [line('  lent', step.giveBack)]),
  ];
}
