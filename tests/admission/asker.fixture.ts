import type { AdmissionState } from '../../domain/admission.js';
import type { Admission, GuardVerdict } from '../../domain/permit.js';
import type { GuardLimits } from '../../domain/plan.js';
import { failureDomain } from '../../domain/target.js';
import { calmFacts, hour, standard } from '../../guards/facts.fixture.js';
import { guards } from '../../guards/index.js';
import { judgeAll } from '../../guards/judge.js';
import type { AdmissionRequest, Ledger } from '../../ledger/port.js';
import { admissionRequest } from '../../ledger/requests.fixture.js';

/** Who asks: an incident, a target, and the account that the target is in. */
export interface Asker {
  incident: number;
  target?: number;
  account?: string;
}

/** As admission makes it for that incident. */
export function requestOf({ incident, target = 0, account = '444455556666' }: Asker): AdmissionRequest {
  const id = `arn:aws:ec2:eu-west-1:${account}:instance/i-0aa11bb22cc33d${String(target).padStart(3, '0')}`;
  const place = { account, region: 'eu-west-1' };
  const domain = failureDomain({ type: 'aws.ec2.instance', ...place });
  const request = admissionRequest(
    { attemptKey: `key-${incident}-${target}`, incident: `pagerduty:Q${incident}`, failureDomain: domain, place },
    id,
  );
  return { ...request, subject: { ...request.subject, domain, team: 'team-web', runbook: 'restart-ec2-instance' } };
}

/** Asks every guard that is shipped, over what the ledger has. `judge` may break in between. */
export async function ask(
  ledger: Ledger,
  asker: Asker,
  limits: GuardLimits,
  judge: (verdicts: GuardVerdict[], state: AdmissionState) => GuardVerdict[] = (verdicts) => verdicts,
): Promise<Admission> {
  const request = requestOf(asker);
  const now = Date.now();
  const { target } = calmFacts();
  const facts = calmFacts({
    now,
    incidentId: request.incident,
    alertStartedAt: now - 120_000,
    planHash: request.planHash,
    rule: request.subject.rule,
    target: { ...target, id: request.subject.targetId, name: `i-${asker.target ?? 0}`, account: request.place.account },
  });
  return ledger.admit(request, (state) => judge(judgeAll(guards, facts, state, limits), state));
}

/** Limits under which neither budgets nor cooldown nor brake decide. */
const many = { count: 10_000, perMs: hour };
export const roomy: GuardLimits = {
  ...standard,
  cooldownMs: 0,
  budget: { rule: many, service: many, all: many },
  brake: { domain: many, unverified: many, all: many },
};

export const through = (answers: readonly Admission[]): number => answers.filter(({ admitted }) => admitted).length;

/** Who refused, and whether the run waits for it. */
export const refusals = (answers: readonly Admission[]): Set<string> =>
  new Set(
    answers.flatMap((answer) =>
      answer.admitted ? [] : [`${answer.refusedBy.guard} ${answer.refusedBy.wait === true ? 'waits' : 'ends'}`],
    ),
  );
