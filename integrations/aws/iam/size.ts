import type { JsonObject } from '../../../domain/json.js';
import type { RightsLine } from '../../contract/rights.js';
import { policyOf, statementOf } from './statements.js';

/** Characters of a managed policy, white space not counted (IAM user guide, "IAM and AWS STS quotas"). */
export const mostOfPolicy = 6_144;
/** The same of a role's trust policy, where nobody has asked AWS for more. */
export const mostOfTrust = 2_048;

/** None of the texts in a policy holds white space that would count. */
export const sizeOf = (document: JsonObject): number => JSON.stringify(document).replace(/\s/g, '').length;

const sizeOfLines = (lines: readonly RightsLine[]): number => sizeOf(policyOf(lines.map(statementOf)));

/** Lines in as few policies as hold them, in their order. What alone is too long becomes several statements of fewer resources. */
export function packed(lines: readonly RightsLine[]): RightsLine[][] {
  const packs: RightsLine[][] = [];
  for (const line of lines.flatMap(fitting)) {
    const last = packs.at(-1);
    if (last && sizeOfLines([...last, line]) <= mostOfPolicy) last.push(line);
    else packs.push([line]);
  }
  return packs;
}

/** Throws Error where a single resource is too long. */
function fitting(line: RightsLine): RightsLine[] {
  if (sizeOfLines([line]) <= mostOfPolicy) return [line];
  const { resources, sid } = line;
  if (resources.length === 1)
    throw new Error(
      `The statement ${sid} is longer than the ${mostOfPolicy} characters of an IAM policy with one resource alone.`,
    );
  const half = Math.ceil(resources.length / 2);
  return [
    ...fitting({ ...line, sid: `${sid}A`, resources: resources.slice(0, half) }),
    ...fitting({ ...line, sid: `${sid}B`, resources: resources.slice(half) }),
  ];
}
