import { describe, expect, it } from '@jest/globals';
import type { RightsFile, RightsFound } from '../../integrations/contract/rights.js';
import type { RoleStanding } from '../rights/standing.js';
import { gateLines } from './page.js';
import { rightsGates } from './rights.js';

const account = '444455556666';
const file = (lines: RightsFile['lines'] = []): RightsFile => ({
  account,
  name: 'act.json',
  role: 'OpsSentinelAct',
  summary: '',
  document: {},
  lines,
});
const found = (change: Partial<RightsFound> = {}): RightsFound => ({
  there: true,
  lacking: file(),
  refused: [],
  unknown: [],
  ...change,
});
const reader = { needs: 'iam:SimulatePrincipalPolicy', leavesOut: '' };
const role = (change: Partial<RoleStanding> = {}): RoleStanding => ({
  account,
  role: 'OpsSentinelAct',
  needs: 3,
  found: [found()],
  reader,
  ...change,
});
const about = { rule: 'ec2-cpu-high', environment: 'prod' };
const invoke = {
  sid: 'InvokePinnedFunction',
  actions: ['lambda:InvokeFunction'],
  resources: ['arn:aws:lambda:eu-west-1:444455556666:function:ops-restart-instance:7'],
  because: ['runbook restart-ec2-instance'],
};
const lacks = role({ found: [found({ lacking: file([invoke]) })] });

describe('N3: what the roles have is a gate before a rule acts by itself', () => {
  it('says what is missing, on what, and the command that prints the one statement', () => {
    expect(gateLines(rightsGates([lacks], about))).toEqual([
      '  NO    OpsSentinelAct in 444455556666 may not lambda:InvokeFunction on arn:aws:lambda:eu-west-1:444455556666:function:ops-restart-instance:7',
      '          add this one statement:   opssentinel iam --rule ec2-cpu-high --env prod --diff',
    ]);
  });

  it('is met where every role may everything', () => {
    expect(rightsGates([role(), role({ role: 'OpsSentinelRead', needs: 1 })], about)).toEqual([
      { yes: true, says: 'OpsSentinelAct in 444455556666 may all that it needs (3 statements)' },
      { yes: true, says: 'OpsSentinelRead in 444455556666 may all that it needs (1 statement)' },
    ]);
  });

  it.each([
    [
      'there is no such role',
      role({ found: [found({ there: false, lacking: file([invoke]) })] }),
      /there is no role OpsSentinelAct/,
    ],
    [
      'something refuses it',
      role({ found: [found({ refused: [{ action: 'a:B', resource: '*', by: 'its permissions boundary' }] })] }),
      /is refused a:B on \* by its permissions boundary/,
    ],
    ['nobody could look', role({ found: [], unknown: 'AccessDenied (HTTP 403)' }), /is not known: AccessDenied/],
    ['a part could not be judged', role({ found: [found({ unknown: ['a:B: not known to IAM'] })] }), /is not known: a:B/],
  ])('is open where %s', (_what, standing, says) => {
    const gates = rightsGates([standing], about);
    expect(gates.map(({ yes }) => yes)).toEqual([false]);
    expect(gates[0]?.says).toMatch(says);
  });

  it('a person’s word stands in for what could not be read, and is on the page; for what was read and is missing it does not', () => {
    const byHand = 'compared with the console today';
    const word = (standing: RoleStanding) => rightsGates([standing], { ...about, byHand });
    expect(word(role({ found: [], unknown: 'away' }))).toEqual([
      {
        yes: true,
        says: 'OpsSentinelAct in 444455556666 may all that it needs, looked at by hand: compared with the console today',
      },
    ]);
    expect(word(lacks).map(({ yes }) => yes)).toEqual([false]);
    const both = role({ found: [found({ lacking: file([invoke]), unknown: ['a:B: not known'] })] });
    expect(word(both).map(({ yes }) => yes)).toEqual([false, true]);
  });
});
