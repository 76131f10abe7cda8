import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import type { AwsWorld } from './world.js';
import { filtersIn, isKnown, passes } from './instance-filters.js';
import type { SimulatedInstance } from './instances.js';
import { answerPower, stateCodes } from './instance-power.js';
import { escapeXml, failure, type Scope, xml } from './wire.js';

const namespace = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** EC2's query protocol: form in, XML out. */
export function answerEc2(world: AwsWorld, scope: Scope, action: string, request: WireRequest): WireResponse | undefined {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const asked = [...form].filter(([name]) => /^InstanceId\.\d+$/.test(name)).map(([, value]) => value);
  const here = [...world.instances.values()].filter(
    ({ account, region }) => account === scope.account && region === scope.region,
  );
  const malformed = asked.find((id) => !/^i-[0-9a-f]{8}([0-9a-f]{9})?$/.test(id));
  if (malformed !== undefined) return failure(request, 'InvalidInstanceID.Malformed', `Invalid id: "${malformed}"`);
  const missing = asked.find((id) => !here.some((instance) => instance.id === id));
  if (missing !== undefined) return failure(request, 'InvalidInstanceID.NotFound', `The instance ID '${missing}' does not exist`);
  const chosen = asked.length === 0 ? here : here.filter(({ id }) => asked.includes(id));
  if (action === 'DescribeInstances') return described(world, scope, form, request, chosen);
  // contracts 5.6: what a reboot is verified by. Only running ones unless IncludeAllInstances.
  if (action === 'DescribeInstanceStatus')
    return xml(statuses(chosen.filter(({ state }) => form.get('IncludeAllInstances') === 'true' || state === 'running')));
  // contracts 5.6: RebootInstances, StopInstances, StartInstances.
  return answerPower(world, action, request, asked.length === 0 ? [] : chosen);
}

/** Source: Amazon EC2 API Reference, DescribeInstances; terminated ones stay visible for about an hour. */
function described(
  world: AwsWorld,
  scope: Scope,
  form: URLSearchParams,
  request: WireRequest,
  chosen: readonly SimulatedInstance[],
): WireResponse {
  if (form.has('MaxResults') && form.has('InstanceId.1'))
    return failure(
      request,
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  const filters = filtersIn(form);
  const unknown = filters.find(({ name }) => !isKnown(name));
  if (unknown) return failure(request, 'InvalidParameterValue', `The filter '${unknown.name}' is invalid`);
  const { page, next } = world.page(
    chosen.filter((instance) => filters.every((filter) => passes(instance, filter))),
    form.get('NextToken'),
  );
  return xml(reservations(scope, page, next));
}

const state = ({ state: name }: SimulatedInstance): string => `<code>${stateCodes[name]}</code><name>${name}</name>`;

function reservations({ account }: Scope, instances: readonly SimulatedInstance[], next: string | undefined): string {
  const items = instances.map((instance) => {
    const tags = Object.entries(instance.tags).map(
      ([key, value]) => `<item><key>${escapeXml(key)}</key><value>${escapeXml(value)}</value></item>`,
    );
    return `<item><reservationId>r-${instance.id.slice(2)}</reservationId><ownerId>${account}</ownerId><instancesSet><item>
      <instanceId>${instance.id}</instanceId><instanceType>${instance.type}</instanceType><launchTime>${new Date(instance.launchedAt).toISOString()}</launchTime>
      <instanceState>${state(instance)}</instanceState><rootDeviceType>${instance.rootDevice ?? 'ebs'}</rootDeviceType><tagSet>${tags.join('')}</tagSet></item></instancesSet></item>`;
  });
  return `<DescribeInstancesResponse xmlns="${namespace}"><requestId>sandbox</requestId><reservationSet>${items.join('')}</reservationSet>${next === undefined ? '' : `<nextToken>${next}</nextToken>`}</DescribeInstancesResponse>`;
}

function statuses(instances: readonly SimulatedInstance[]): string {
  const items = instances.map((instance) => {
    const details = instance.checks === 'ok' ? 'passed' : instance.checks;
    const check = `<status>${instance.checks}</status><details><item><name>reachability</name><status>${details}</status></item></details>`;
    return `<item><instanceId>${instance.id}</instanceId><availabilityZone>${instance.region}a</availabilityZone><instanceState>${state(instance)}</instanceState>
      <systemStatus>${check}</systemStatus><instanceStatus>${check}</instanceStatus></item>`;
  });
  return `<DescribeInstanceStatusResponse xmlns="${namespace}"><requestId>sandbox</requestId><instanceStatusSet>${items.join('')}</instanceStatusSet></DescribeInstanceStatusResponse>`;
}
