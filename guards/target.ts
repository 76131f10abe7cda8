import type { Guard, GuardFacts } from '../domain/admission.js';
import type { Target } from '../domain/target.js';
import { fits } from './glob.js';
import { allow, refuse } from './say.js';

export const target: Guard = {
  id: 'target',
  sentence:
    'One concrete resource, or at most five or a tenth of their group, in its environment, that carries the opt-in tag, is not protected, is no part of ourselves and still is as the rule requires.',
  asked: ['preview', 'admission', 'undo'],
  judge: (facts) => {
    const { key, value } = facts.optInTag;
    const limit = `one, ${key}=${value}`;
    const problem =
      notOne(facts.target) ??
      tooMany(facts) ??
      elsewhere(facts) ??
      notOptedIn(facts) ??
      ourOwn(facts) ??
      protectedBy(facts) ??
      requirement(facts);
    return problem === undefined ? allow(limit, `${facts.target.name}, tag ${key}=${value}`) : refuse(limit, problem);
  },
};

function notOne({ id, name }: Target): string | undefined {
  if (id.trim() === '' || name.trim() === '') return 'no target was resolved';
  return /[*?,\s]/.test(id) ? `"${id}" is not one concrete resource` : undefined;
}

/** So many at most, and more only of a group in which they are few. */
const few = 5;
const fewOfGroup = 0.1;

function tooMany(facts: GuardFacts): string | undefined {
  const { together = 1 } = facts;
  if (together <= few) return undefined;
  // Asked for only now: what a guard looks at is what it has to know.
  const { group } = facts.surroundings;
  if (!group) return `${together} at once are more than ${few}, and of how many is not known`;
  if (together <= group.total * fewOfGroup) return undefined;
  return `${together} at once are more than ${few}, and more than a tenth of ${group.name} (${group.total})`;
}

/** An ARN says itself where it is: `arn:<partition>:<service>:<region>:<account>:…`; either may be empty where the service has none. */
function elsewhere({ target: { id, name, account, region, environment }, environment: wanted }: GuardFacts): string | undefined {
  if (account === '' || region === '') return `it is not known in which account and region ${name} is`;
  if (environment !== wanted) return `${name} is in ${environment || 'no environment'}, the rule was judged for ${wanted}`;
  if (!id.startsWith('arn:')) return undefined;
  const [, , , arnRegion = '', arnAccount = ''] = id.split(':');
  if (arnRegion !== '' && arnRegion !== region) return `${name} is in ${arnRegion}, it was read in ${region}`;
  return arnAccount !== '' && arnAccount !== account
    ? `${name} is in account ${arnAccount}, it was read in ${account}`
    : undefined;
}

function notOptedIn({ target: { name, tags }, optInTag: { key, value } }: GuardFacts): string | undefined {
  if (key === '') return 'the policy names no opt-in tag';
  if (Object.hasOwn(tags, key) && tags[key] === value) return undefined;
  return `${name} does not carry the tag ${key}=${value}${Object.hasOwn(tags, key) ? ` (it has ${key}=${tags[key] ?? ''})` : ''}`;
}

/** Whoever restarts itself in the middle of a remediation knows nothing of its end. */
function ourOwn({ target: { id, name }, own }: GuardFacts): string | undefined {
  const part = own.find((pattern) => fits(pattern, id) || pattern === name);
  return part === undefined ? undefined : `${name} is a part of OpsSentinel itself (${part})`;
}

function protectedBy({ target: { id, name, tags }, protected: lines }: GuardFacts): string | undefined {
  for (const { tag = {}, arn } of lines) {
    const matching = Object.entries(tag).find(([key, value]) => Object.hasOwn(tags, key) && tags[key] === value);
    if (matching) return `${name} is protected: tag ${matching.join('=')}`;
    if (arn !== undefined && fits(arn, id)) return `${name} is protected: ${arn}`;
  }
  return undefined;
}

function requirement({ required }: GuardFacts): string | undefined {
  const failed = required.find(({ holds }) => holds !== true);
  return failed && `${failed.text} does not hold: ${failed.found}`;
}
