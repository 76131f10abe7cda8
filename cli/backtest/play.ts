import type { GuardVerdict } from '../../domain/permit.js';
import type { Mode } from '../../domain/plan.js';
import { failureDomain } from '../../domain/target.js';
import { decisiveVerdict } from '../../domain/verdicts.js';
import { guardLimits } from '../../decide/limits.js';
import { type Judged, type JudgeThen, judgeThen } from './judge.js';
import { idOf, type Judges, outline, type Outlined } from './outline.js';
import { type WithoutUs, withoutUs } from './people.js';
import type { Past } from './recorded.js';
import { createSoFar, type SoFar, windowsOf } from './so-far.js';

/** What one incident of the past would have come to. */
export interface Played {
  id: string;
  source: string;
  /** ISO 8601, UTC. */
  at: string;
  alert: string;
  /** Which tool raised it. */
  tool: string;
  service: { id: string; name: string };
  /** Every rule whose conditions hold. */
  matched: string[];
  /** The one that decides. */
  rule?: string;
  logicHash?: string;
  environment?: string;
  mode?: Mode;
  target?: string;
  runbook?: string;
  /** `nothing`: no rule matches. `joined`: the same alert had come before. `conflict`: several match, and none overrides the others. */
  outcome: 'act' | 'ask' | 'observe' | 'refused' | 'conflict' | 'nothing' | 'joined';
  /** By which guard, or at which place of the rule; why, in words. */
  refusedBy?: { by: string; because: string };
  /** What each guard said that was asked, by its id. */
  guards: Record<string, Judged['verdict']>;
  /** Guards that would have had to know what nobody wrote down, with what that is. Not empty: `outcome` is the most that can have come of it. */
  notKnown: { guard: string; needs: string[] }[];
  /** How long it would have waited before it acted, asked or was refused. Milliseconds. */
  waitedMs: number;
  people: WithoutUs;
}

/** As often as the workflow asks again before people are paged. */
const mostAsks = 40;
const shortestPauseMs = 250;

/** An incident on its way through the virtual clock. */
interface Running {
  past: Past;
  planned: Extract<Outlined, { is: 'plan' }>;
  played: Played;
  begunAt: number;
  asks: number;
  judge: JudgeThen;
}

interface Due {
  at: number;
  /** Place among the incidents in the order of time: what is due at the same moment is taken in that order. */
  order: number;
  run: (now: number) => void;
}

/**
 * Every incident in the order of time, over a clock that is moved instead of waited for: the real rules and the real guards, and of the
 * past what was written down and what they themselves would have done before. The same incidents give the same answer, in whatever
 * order they are handed in. `past` comes sorted, from `understand`.
 */
export function backtest(past: readonly Past[], judges: Judges): Played[] {
  const soFar = createSoFar(windowsOf(judges.set.rules.map((rule) => guardLimits(judges.set, rule))));
  const claimed = new Map<string, string>();
  const all: Played[] = [];
  const agenda: Due[] = past.map((one, order) => ({
    at: Date.parse(one.createdAt),
    order,
    run: (now) => {
      const planned = outline(one, judges);
      const played = playedOf(one, planned);
      all.push(played);
      const key = one.alert.correlationKey;
      const first = claimed.get(key);
      if (first !== undefined)
        return void Object.assign(played, {
          outcome: 'joined',
          refusedBy: { by: 'joined', because: `told before, by ${first}` },
        });
      claimed.set(key, one.externalId);
      soFar.began({
        incident: idOf(one),
        at: now,
        failureDomain: planned.is === 'plan' ? failureDomain(planned.plan.target) : '',
      });
      if (planned.is !== 'plan') return;
      const running = { past: one, planned, played, begunAt: now, asks: 0, judge: judgeThen(one, planned, judges) };
      insert(agenda, { at: now + holdDownMs(running, now), order, run: (later) => proceed(running, later, order) });
    },
  }));
  const proceed = (running: Running, now: number, order: number): void => {
    const again = judged(running, soFar, now);
    if (again !== undefined) insert(agenda, { at: again, order, run: (later) => proceed(running, later, order) });
  };
  // From the end: what is due next is the last.
  agenda.reverse();
  for (let due = agenda.pop(); due; due = agenda.pop()) due.run(due.at);
  return all;
}

/** Keeps the agenda in order, the latest first. */
function insert(agenda: Due[], due: Due): void {
  let [low, high] = [0, agenda.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = agenda[middle] as Due;
    if (other.at > due.at || (other.at === due.at && other.order > due.order)) low = middle + 1;
    else high = middle;
  }
  agenda.splice(low, 0, due);
}

/** Nobody asks before the alert has been firing for as long as the rule wants. */
function holdDownMs({ past, planned: { plan, witness } }: Running, now: number): number {
  const since = Date.parse(witness.since ?? past.alert.startedAt);
  const { firingForMs } = plan.limits;
  return Math.max(0, Math.min(since + firingForMs - now, firingForMs) || 0);
}

/** `undefined`: it is settled; otherwise when it asks again. */
function judged(running: Running, soFar: SoFar, now: number): number | undefined {
  const { past, planned, played } = running;
  const { plan } = planned;
  const incident = idOf(past);
  const service = past.incident.service.id;
  const verdicts = running.judge(soFar.states(plan, incident, service, now), now);
  running.asks += 1;
  const no = decisiveVerdict(verdicts.filter((one): one is GuardVerdict => one.verdict !== 'unknown'));
  if (no?.verdict === 'refuse' && no.wait === true && no.freeAt !== undefined && running.asks < mostAsks)
    return now + Math.max(shortestPauseMs, Math.min(Date.parse(no.freeAt) - now, plan.limits.startByMs));
  played.waitedMs = now - running.begunAt;
  played.guards = Object.fromEntries(verdicts.map(({ guard, verdict }) => [guard, verdict]));
  played.notKnown = verdicts.flatMap(({ guard, needs }) => (needs ? [{ guard, needs }] : []));
  for (const verdict of verdicts) if (verdict.places) soFar.placed(plan, verdict, verdict.verdict === 'unknown', now);
  if (no?.verdict === 'refuse') {
    played.outcome = 'refused';
    played.refusedBy = { by: no.guard, because: no.found };
    return undefined;
  }
  played.outcome = plan.mode === 'observe' ? 'observe' : no || plan.mode === 'approve' ? 'ask' : 'act';
  soFar.acted(plan, incident, service, now);
  return undefined;
}

function playedOf(past: Past, outlined: Outlined): Played {
  const { incident, alert } = past;
  const common = {
    id: past.externalId,
    source: past.source,
    at: past.createdAt,
    alert: alert.name,
    tool: alert.source,
    service: { ...incident.service },
    matched: outlined.matched,
    guards: {},
    notKnown: [],
    waitedMs: 0,
    people: withoutUs(past),
  };
  if (outlined.is === 'nothing') return { ...common, outcome: 'nothing' };
  if (outlined.is === 'conflict')
    return { ...common, outcome: 'conflict', refusedBy: { by: 'overrides', because: outlined.because } };
  if (outlined.is === 'refused') {
    const { rule, place, because } = outlined;
    return { ...common, rule, outcome: 'refused', refusedBy: { by: place, because } };
  }
  const { plan } = outlined;
  return {
    ...common,
    rule: plan.rule.name,
    logicHash: plan.rule.logicHash,
    environment: plan.environment,
    mode: plan.mode,
    target: plan.target.name,
    runbook: plan.steps[0]?.runbook ?? '',
    outcome: 'observe',
  };
}
