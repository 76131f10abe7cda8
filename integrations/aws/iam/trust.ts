import type { JsonObject } from '../../../domain/json.js';
import type { RightsAccount } from '../../contract/rights.js';
import { partitionOf } from '../arn.js';
import { incidentTag } from '../actions/automation-adopt.js';
import { policyOf } from './statements.js';

/**
 * Who may become a role of ours, and only for an incident: every session says which one, by its name, its source identity and its tag
 * (contracts 5.9). Three statements: the keys of one right are not there when another one is judged.
 */
export function trustOf(principals: readonly string[]): JsonObject {
  const tag = `aws:RequestTag/${incidentTag}`;
  const statement = (Sid: string, Action: string, Condition: JsonObject): JsonObject => ({
    Sid,
    Effect: 'Allow',
    Principal: { AWS: [...principals] },
    Action: [Action],
    Condition,
  });
  return policyOf([
    statement('AssumeForAnIncident', 'sts:AssumeRole', {
      StringLike: { 'sts:RoleSessionName': 'os-*', 'sts:SourceIdentity': '?*', [tag]: '?*' },
    }),
    statement('NameTheIncident', 'sts:SetSourceIdentity', { StringLike: { 'sts:SourceIdentity': '?*' } }),
    statement('TagWithTheIncident', 'sts:TagSession', {
      'ForAllValues:StringEquals': { 'aws:TagKeys': [incidentTag] },
      StringLike: { [tag]: '?*' },
    }),
  ]);
}

/** SSM alone, for executions of this account (contracts 5.8): without the conditions another account's could borrow the role. */
export const automationTrust = ({ account, regions }: RightsAccount): JsonObject =>
  policyOf([
    {
      Sid: 'AssumeForAnAutomation',
      Effect: 'Allow',
      Principal: { Service: ['ssm.amazonaws.com'] },
      Action: ['sts:AssumeRole'],
      Condition: {
        ArnLike: {
          'aws:SourceArn': regions.map((region) => `arn:${partitionOf(region)}:ssm:${region}:${account}:automation-execution/*`),
        },
        StringEquals: { 'aws:SourceAccount': account },
      },
    },
  ]);
