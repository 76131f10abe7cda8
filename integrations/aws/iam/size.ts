import type { JsonObject } from '../../../domain/json.js';
import type { RightsLine } from '../../contract/rights.js';
import { policyOf, statementOf } from './statements.js';

/** Characters of a managed policy, white space not counted (IAM user guide, "IAM and AWS STS quotas"). */
export const mostOfPolicy = 6_144;
/** The same of a role's trust policy, where nobody has asked AWS for more. */
export const mostOfTrust = 2_048;

/** None of the texts in a policy holds white space that would count. */
export const sizeOf = (document: JsonObject): number => JSON.stringify(document).replace(/\s/g, '').length;

/** Lines in as few policies as hold them, in their order. Throws Error where one statement alone is too long. */
export function packed(lines: readonly RightsLine[]): RightsLine[][] {
  const packs: RightsLine[][] = [];
  for (const line of lines) {
    const last = packs.at(-1);
    if (last && sizeOf(policyOf([...last, line].map(statementOf))) <= mostOfPolicy) last.push(line);
    else packs.push([line]);
    if (sizeOf(policyOf([statementOf(line)])) > mostOfPolicy)
      throw new Error(
        `The statement ${line.sid} alone is longer than the ${mostOfPolicy} characters of an IAM policy. Spread its runbooks over several accounts.`,
      );
  }
  return packs;
}
