import type { Json, JsonObject } from '../../../domain/json.js';
import type { Place } from '../../contract/call.js';
import type { Grant } from '../../contract/grant.js';
import { documentArn, instanceArn, partitionOf } from '../arn.js';
import { readGrant, stepGrant } from './resources.js';

/** What the steps of an Automation document need of the role that it acts as. `unknown`: a sentence per step that could not be understood. */
export interface StepRights {
  grants: Grant[];
  unknown: string[];
}

/** Actions that call nothing (Systems Manager Automation actions reference). */
const silent = new Set(['aws:branch', 'aws:loop', 'aws:pause', 'aws:sleep', 'aws:updateVariable']);

export function documentRights(name: string, document: JsonObject, place: Place): StepRights {
  const all = listOf(document['mainSteps']).map((step) => stepRights(name, objectOf(step), place));
  return { grants: all.flatMap(({ grants }) => grants), unknown: all.flatMap(({ unknown }) => unknown) };
}

function stepRights(document: string, step: JsonObject, place: Place): StepRights {
  const action = textIn(step, 'action');
  const inputs = objectOf(step['inputs']);
  const where = `step ${textIn(step, 'name')} of ${document}`;
  switch (action) {
    case 'aws:executeAwsApi':
    case 'aws:assertAwsResourceProperty':
    case 'aws:waitForAwsResourceProperty':
      return called(where, [rightOf(textIn(inputs, 'Service'), textIn(inputs, 'Api'))], place);
    case 'aws:changeInstanceState':
      return called(where, instanceState(textIn(inputs, 'DesiredState')), place);
    case 'aws:runCommand':
      return runCommand(where, textIn(inputs, 'DocumentName'), place);
    default:
      return silent.has(action) ? { grants: [], unknown: [] } : unknown(where, `does ${action}`);
  }
}

const unknown = (where: string, does: string): StepRights => ({
  grants: [],
  unknown: [`${where} ${does}, and which rights that needs is not known here; give them to its role yourself`],
});

function called(where: string, actions: readonly string[], place: Place): StepRights {
  const found = actions.map((action) => ({ action, grant: stepGrant(action, place) }));
  const strange = found.find(({ grant }) => grant === undefined);
  if (strange) return unknown(where, `calls ${strange.action}`);
  return { grants: found.flatMap(({ grant }) => (grant ? [grant] : [])), unknown: [] };
}

/** The right has another name than the operation at Lambda's Invoke alone, among what is used here. */
const rightOf = (service: string, api: string): string =>
  `${service}:${service === 'lambda' && api === 'Invoke' ? 'InvokeFunction' : api}`;

/** It asks and then waits for the state (actions reference, aws:changeInstanceState). */
function instanceState(desired: string): string[] {
  const change: Readonly<Record<string, string>> = {
    running: 'StartInstances',
    stopped: 'StopInstances',
    terminated: 'TerminateInstances',
  };
  return [`ec2:${change[desired] ?? `a state ${desired}`}`, 'ec2:DescribeInstances', 'ec2:DescribeInstanceStatus'];
}

/** The command document and the hosts apart, as for SendCommand itself (contracts 5.8); and how it went. */
function runCommand(where: string, document: string, place: Place): StepRights {
  if (document.includes('{{') || document === '') return unknown(where, 'runs a command document that is known only at run time');
  const resource = document.startsWith('arn:')
    ? document
    : document.startsWith('AWS')
      ? `arn:${partitionOf(place.region)}:ssm:${place.region}::document/${document}`
      : documentArn(place, document);
  const follows = ['ssm:DescribeInstanceInformation', 'ssm:ListCommandInvocations', 'ssm:ListCommands'];
  return {
    grants: [
      { sid: 'SendStepCommand', actions: ['ssm:SendCommand'], resources: [resource] },
      {
        sid: 'SendToAllowedInstances',
        actions: ['ssm:SendCommand'],
        resources: [instanceArn(place, '*')],
        conditions: { StringEquals: { 'ssm:resourceTag/opssentinel': 'allow' } },
      },
      ...follows.map((action) => readGrant(action, place)),
    ],
    unknown: [],
  };
}

/** Empty where there is none. */
const textIn = (members: JsonObject, name: string): string => {
  const value = members[name];
  return typeof value === 'string' ? value : '';
};

const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

const objectOf = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
