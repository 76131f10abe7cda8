import type { JsonObject } from '../../domain/json.js';
import type { CreateSimulator, WireRequest, WireResponse } from '../contract/simulator.js';
import { answerCloudWatch } from './simulated/cloudwatch.js';
import { answerEc2 } from './simulated/ec2.js';
import { createSsm } from './simulated/ssm.js';
import { failure, operationOf, refusal, scopeOf } from './simulated/wire.js';
import { createAwsWorld } from './simulated/world.js';

/**
 * SSM Automation, EC2 and CloudWatch on the protocols that the JavaScript SDK speaks: awsJson1.1, EC2 query with XML, awsJson1.0.
 * Signatures are not checked; the account is read from the access key id (`SANDBOX<account>`).
 */
const createSimulator: CreateSimulator = (sandbox) => {
  const world = createAwsWorld(sandbox);
  const ssm = createSsm(world);

  const answer = (request: WireRequest): WireResponse => {
    const scope = scopeOf(request);
    const [service, action = ''] = operationOf(request).split(':');
    if (!scope?.account)
      return failure(request, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
    const answered =
      service === 'ssm'
        ? ssm.answer(scope, action, request)
        : service === 'ec2'
          ? answerEc2(world, scope, action, request)
          : service === 'cloudwatch'
            ? answerCloudWatch(world, scope, action, request)
            : undefined;
    return answered ?? failure(request, 'UnknownOperationException', `The sandbox does not know ${service}:${action}.`, 501);
  };

  /**
   * `POST settings` takes any of `{"repeatedToken": "error"|"same-id", "nextAutomation": "Failed", "documentContent": {"name": "…", "content": "…"},
   * "instance": {"id": "i-…", "state": "stopped", …}}`; `GET automations` and `GET instances` show what there is.
   */
  const control = ({ method, path, body }: WireRequest): JsonObject | undefined => {
    if (method === 'GET' && path === '/automations') return plain({ automations: [...ssm.automations.all.values()] });
    if (method === 'GET' && path === '/instances') return plain({ instances: [...world.instances.values()] });
    if (method !== 'POST' || path !== '/settings') return undefined;
    const wanted = JSON.parse(body.toString('utf8') || '{}') as Settings;
    if (wanted.repeatedToken) ssm.repeatedToken = wanted.repeatedToken;
    if (wanted.nextAutomation) ssm.automations.endNextWith(wanted.nextAutomation);
    if (wanted.documentContent) world.replaceDocument(wanted.documentContent.name, wanted.documentContent.content);
    const instance = wanted.instance ? world.instances.get(wanted.instance.id) : undefined;
    if (instance) Object.assign(instance, wanted.instance);
    return { repeatedToken: ssm.repeatedToken };
  };

  return {
    vendor: 'aws',
    claims: (request) => scopeOf(request) !== undefined,
    operation: operationOf,
    answer,
    refusal,
    control,
    reset: () => {
      world.reset();
      ssm.reset();
    },
  };
};

interface Settings {
  repeatedToken?: 'error' | 'same-id';
  nextAutomation?: string;
  documentContent?: { name: string; content: string };
  instance?: { id: string; [field: string]: unknown };
}

const plain = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

export default createSimulator;
