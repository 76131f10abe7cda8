import type { AdmissionState } from '../domain/admission.js';
import type { GuardVerdict } from '../domain/permit.js';
import type { AdmissionRequest, ConsumptionRequest } from './port.js';

/** A request as admission makes it. For tests. */
export function admissionRequest(
  changes: Partial<AdmissionRequest> = {},
  targetId = 'arn:aws:ec2:eu-west-1:444455556666:instance/i-0aa11bb22cc33dd44',
): AdmissionRequest {
  return {
    attemptKey: 'key-1',
    incident: 'pagerduty:QSBX0001',
    step: 0,
    planHash: 'plan',
    ruleHash: 'rule',
    runbookHash: 'runbook',
    paramsHash: 'params',
    action: 'aws.ssm.start-automation',
    subject: {
      environment: 'prod',
      service: 'PSVC002',
      rule: 'ec2-cpu-high',
      action: 'aws.ssm.start-automation',
      targetId,
    },
    failureDomain: '444455556666/eu-west-1/ec2',
    place: { account: '444455556666', region: 'eu-west-1' },
    params: { instance: 'i-0aa11bb22cc33dd44' },
    preState: { state: 'running' },
    startBy: Date.now() + 60_000,
    ...changes,
  };
}

export const shown = ({
  incident,
  attemptKey,
  planHash,
  paramsHash,
  ruleHash,
  runbookHash,
}: AdmissionRequest): ConsumptionRequest => ({
  incident,
  attemptKey,
  planHash,
  paramsHash,
  ruleHash,
  runbookHash,
});

const verdict = (guard: string, verdict: GuardVerdict['verdict'], found = ''): GuardVerdict => ({
  guard,
  verdict,
  limit: '-',
  found,
  setBy: 'default',
});

export const yes = (): GuardVerdict[] => [verdict('any', 'allow')];
export const no = (): GuardVerdict[] => [verdict('any', 'allow'), verdict('cooldown', 'refuse', 'acted 11 min ago')];
export const askPeople = (): GuardVerdict[] => [verdict('approval', 'ask', '0 of 1')];

/** Nobody else on the target, nothing held: the smallest judge that reads the state. */
export const ifFree = ({ targetHeldBy, holds }: AdmissionState): GuardVerdict[] => [
  verdict('oneAtATime', targetHeldBy ? 'refuse' : 'allow', targetHeldBy?.incident ?? ''),
  verdict('stop', holds.length > 0 ? 'refuse' : 'allow'),
];
