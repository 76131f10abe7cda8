import { z } from 'zod';
import { matchAndAim, planFor } from '../decide/decide.js';
import type { Alert, Witness } from '../domain/alert.js';
import type { Catalogue } from '../domain/catalogue.js';
import type { Incident } from '../domain/incident.js';
import type { Hash } from '../domain/json.js';
import type { GuardVerdict } from '../domain/permit.js';
import type { Decision } from '../domain/plan.js';
import type { Target } from '../domain/target.js';
import type { RuleSet } from '../rules/language/set.js';
import type { Told } from './cases/recording.js';
import { Failure } from './failure.js';

/** What a decision was made from, without anything that must be read outside. */
export interface CaseFacts {
  incident: Incident;
  alert: Alert;
  witness: Witness;
  target: Target | undefined;
}

const open = z.looseObject({});
const incident = z.looseObject({ id: z.string(), title: z.string(), service: z.looseObject({ id: z.string() }) });
const alert = z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()) });
const facts = z.looseObject({ incident, alert, witness: open.optional(), target: open.optional() });
const decision = facts.extend({
  concluded: z.enum(['act', 'ask', 'observe', 'nothing', 'refuse']),
  verdicts: z.array(open),
  rulesHash: z.string(),
  guards: z.array(open).default([]),
});

/**
 * A file is a decision (as `-o json` gives it, in its envelope or bare), the facts of one, or what `recorded` can read: a delivery as a
 * source or a tool told it. Throws Failure saying what it lacks.
 */
export function readCase(
  json: unknown,
  path: string,
  recorded: (json: unknown) => Told | undefined,
): { decision: Decision; guards: GuardVerdict[] } | { facts: CaseFacts } {
  const enveloped = z.looseObject({ items: z.tuple([open]) }).safeParse(json);
  const inner = enveloped.success ? enveloped.data.items[0] : json;
  const bare = z.looseObject({ decision: open }).safeParse(inner);
  const value = bare.success ? bare.data.decision : inner;
  const decided = decision.safeParse(value);
  if (decided.success) {
    const { guards, ...rest } = decided.data;
    return { decision: rest as unknown as Decision, guards: guards as unknown as GuardVerdict[] };
  }
  const read = facts.safeParse(value);
  if (!read.success) {
    const told = recorded(inner);
    if (told) return { facts: { ...told, witness: unwitnessed, target: undefined } };
    throw new Failure(
      'usage',
      `${path} is neither a decision nor {"incident", "alert"}:\n${read.error.issues.map((issue) => `  ${issue.path.join('.') || 'the file'}: ${issue.message}`).join('\n')}`,
    );
  }
  return {
    facts: {
      ...(read.data as unknown as Omit<CaseFacts, 'witness'>),
      witness: (read.data.witness ?? unwitnessed) as unknown as Witness,
    },
  };
}

const unwitnessed: Witness = {
  by: 'nobody',
  state: 'unknown',
  readAt: '',
  says: 'no witness was asked: only what the file says is known',
};

/** The same facts under other rules. Reads nothing: the target is as it was read then; where nobody kept it, that is all that can be told. */
export function decideAgain(known: Decision | CaseFacts, set: RuleSet, catalogue: Catalogue, hash: Hash): Decision {
  const { incident: about, alert: raised, witness } = known;
  const target = 'plan' in known ? known.plan.target : 'target' in known ? known.target : undefined;
  const input = { set, catalogue, incident: about, alert: raised, witness };
  const corroborable = witness.by !== about.ref?.source && witness.by !== 'nobody';
  const aimed = matchAndAim(input);
  if (!aimed.chosen || target) return planFor({ ...input, ...aimed, hash, target, corroborable });
  // A refusal that followed from what was read then keeps only its sentence; the same rules would say it again.
  if ('concluded' in known && known.concluded === 'refuse' && known.rulesHash === set.hash) return known;
  const { rule, targetType, selector, account, region, environment } = aimed.chosen;
  return {
    incident: about,
    alert: raised,
    witness,
    verdicts: aimed.verdicts,
    rulesHash: set.hash,
    concluded: 'nothing',
    because: `${rule.name} matches and aims at ${targetType} ${Object.values(selector).join(' / ')} in ${environment} (account ${account}, ${region}); what that was like is not known here, so no more is told`,
  };
}

/** What two decisions differ in, one line each, in the order of what matters. */
export function differences(before: Decision, after: Decision): string[] {
  const words = (one: Decision): [string, string][] => {
    const plan = 'plan' in one ? one.plan : undefined;
    return [
      ['decision', one.concluded + ('because' in one ? `: ${one.because}` : '')],
      ['rule', plan?.rule.name ?? '-'],
      ['mode', plan?.mode ?? '-'],
      ['target', plan?.target.id ?? '-'],
      ['steps', plan?.steps.map((step) => step.says).join(', then ') ?? '-'],
    ];
  };
  const now = words(after);
  return words(before).flatMap(([what, was], index) =>
    now[index]?.[1] === was ? [] : [`${what}: was ${was}, would be ${now[index]?.[1] ?? '-'}`],
  );
}
