import { parseBudget, parseDuration, parseShare } from '../../domain/duration.js';
import type { Json } from '../../domain/json.js';
import { modeOrder, riskOrder } from '../../domain/plan.js';

/** What a change does to how freely things are done. `maybe`: nothing but a human can tell. */
export type Effect = 'looser' | 'maybe' | 'stricter' | 'neither';

/** `undefined`: it is not there, and nothing is known that would hold instead. */
type Judge = (before: Json | undefined, after: Json | undefined) => Effect;

const turned: Readonly<Record<Effect, Effect>> = { looser: 'stricter', stricter: 'looser', maybe: 'maybe', neither: 'neither' };

/** By a figure of which more is looser. */
const more =
  (figure: (value: Json | undefined) => number | undefined): Judge =>
  (before, after) => {
    const [was, is] = [figure(before), figure(after)];
    if (was === undefined || is === undefined) return 'maybe';
    return was === is ? 'neither' : is > was ? 'looser' : 'stricter';
  };
const less = (figure: (value: Json | undefined) => number | undefined): Judge => {
  const judge = more(figure);
  return (before, after) => turned[judge(before, after)];
};

const ms = (value: Json | undefined): number | undefined => (typeof value === 'string' ? parseDuration(value) : undefined);
const share = (value: Json | undefined): number | undefined => (typeof value === 'string' ? parseShare(value) : undefined);
const count = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);
const msOrCount = (value: Json | undefined): number | undefined => count(value) ?? ms(value);
const yes = (value: Json | undefined): number | undefined => (typeof value === 'boolean' ? Number(value) : undefined);
const placeIn =
  (order: readonly string[]) =>
  (value: Json | undefined): number | undefined => {
    const place = typeof value === 'string' ? order.indexOf(value) : -1;
    return place < 0 ? undefined : place;
  };

/** More at once, or more in the long run; where one rises and the other falls nobody can tell. */
const budget: Judge = (before, after) => {
  const [was, is] = [before, after].map((value) => (typeof value === 'string' ? parseBudget(value) : undefined));
  if (!was || !is) return 'maybe';
  const moves = [is.count - was.count, is.count / is.perMs - was.count / was.perMs];
  if (moves.every((move) => move === 0)) return 'neither';
  return moves.every((move) => move >= 0) ? 'looser' : moves.every((move) => move <= 0) ? 'stricter' : 'maybe';
};

/** Its being there is what makes things freer, or less free. */
const whenThere =
  (effect: 'looser' | 'stricter'): Judge =>
  (before, after) =>
    before === undefined ? effect : after === undefined ? turned[effect] : 'maybe';

const neither: Judge = () => 'neither';
const longer = more(ms);
const shorter = less(ms);
const oneMore = whenThere('looser');
const oneMoreForbids = whenThere('stricter');
/** A list without which there is no bound at all: told as a whole when it comes or goes. */
const ground: Judge = (before, after) =>
  Array.isArray(before ?? after) ? oneMoreForbids(before, after) : oneMore(before, after);

/** By path; `*` is any name or number. What is not named here may always be looser. */
const judges: Readonly<Record<'rule' | 'runbook' | 'policy', Readonly<Record<string, Judge>>>> = {
  rule: {
    'mode.*': more(placeIn(modeOrder)),
    when: oneMoreForbids,
    unless: oneMoreForbids,
    require: oneMoreForbids,
    overrides: oneMore,
    'ladder.*': oneMore,
    'guards.firingFor': shorter,
    'guards.cooldown': shorter,
    'guards.budget': budget,
    'guards.sameFix': budget,
    'guards.healthy': less(share),
    'guards.startBy': longer,
    'guards.deploys.after': shorter,
    'guards.onAcknowledge': more(placeIn(['standDown', 'ask'])),
    'guards.because': neither,
    'approval.count': less(count),
    'approval.expiresIn': longer,
    'verify.for': shorter,
    'ladder.*.verify.for': shorter,
    'verify.within': neither,
    'ladder.*.verify.within': neither,
    'rollout.maxErrors': more(count),
    undo: less(placeIn(['none', 'restore'])),
    'report.pagerduty.resolve': more(placeIn(['never', 'whenVerified'])),
    'report.slack': neither,
    'report.servicenow.resolve': more(placeIn(['never', 'whenVerified'])),
    'report.grafana.annotate': neither,
    'report.grafana.silence': more(yes),
    description: neither,
    docs: neither,
    'toil.manual': neither,
    'toil.source': neither,
  },
  runbook: {
    'inputs.*.min': less(msOrCount),
    'inputs.*.max': more(msOrCount),
    'inputs.*.oneOf': oneMore,
    'inputs.*.maxLength': more(count),
    risk: less(placeIn(riskOrder)),
    require: oneMoreForbids,
    check: oneMoreForbids,
    timeout: longer,
    'stopOn.check': oneMoreForbids,
    undo: less(placeIn(['none', 'restore'])),
    giveBack: oneMoreForbids,
    owner: neither,
    description: neither,
    docs: neither,
  },
  policy: {
    policy: neither,
    'environments.*.ceiling': more(placeIn(modeOrder)),
    'environments.*.accounts.*.regions': oneMore,
    'environments.*.pagerduty': oneMore,
    'teams.*.pagerduty': neither,
    'teams.*.slack': neither,
    'teams.*.accounts': ground,
    'teams.*.regions': ground,
    'teams.*.approvers': ground,
    'teams.*.tags.*': oneMoreForbids,
    'teams.*.budget': budget,
    'guards.firingFor.*': shorter,
    'guards.cooldown.*': shorter,
    'guards.budget.*': budget,
    'guards.sameFix.default': budget,
    'guards.healthy.default': less(share),
    'guards.brake.*': budget,
    'guards.deploys.after': shorter,
    'guards.deploys.from': oneMoreForbids,
    'approval.signals': more(placeIn(['refuse', 'count'])),
    freezes: oneMoreForbids,
    calendars: oneMoreForbids,
    protected: oneMoreForbids,
    profile: more(placeIn(['standard', 'sandbox', 'bench'])),
  },
};

/** What a change at a dotted place does. */
export function effectOf(kind: keyof typeof judges, place: string, before: Json | undefined, after: Json | undefined): Effect {
  const parts = place.split('.');
  const [, judge] =
    Object.entries(judges[kind]).find(([pattern]) => {
      const wanted = pattern.split('.');
      return wanted.length === parts.length && wanted.every((part, index) => part === '*' || part === parts[index]);
    }) ?? [];
  return judge?.(before, after) ?? 'maybe';
}
