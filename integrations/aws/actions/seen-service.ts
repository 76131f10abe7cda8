import type { Target } from '../../../domain/target.js';
import type { Seen } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { primaryOf, readService, revisionOf, type ServiceState } from '../services.js';
import { serviceFacts } from '../targets/ecs-service.js';
import { momentOf, type Within } from './seen-instance.js';

/** Whether the tasks were started anew, of the same revision: the deployment that is wanted began within this time. ECS lists none that is replaced. */
export async function seenRedeployed(call: CallWith<AwsClient>, target: Target, { since, until }: Within): Promise<Seen> {
  const { cluster, taskDefinition } = serviceFacts.parse(target.facts);
  const service = await readService(call, call.place, { cluster, service: target.name });
  const primary = service && primaryOf(service);
  if (!primary) return { what: 'other', says: `${cluster}/${target.name} is not there any more` };
  const began = Date.parse(primary.createdAt);
  if (Number.isNaN(began)) return { what: 'unknown', says: `ECS tells no time of ${primary.id}` };
  if (began > until) return { what: 'unknown', says: `${primary.id} began after that, which hides what came before` };
  if (began < since) return { what: 'not done', says: `the newest deployment began at ${momentOf(began)}` };
  const says = `deployment ${primary.id} of ${revisionOf(primary.taskDefinition)} began at ${momentOf(began)}`;
  return { what: primary.taskDefinition === taskDefinition ? 'done' : 'other', says };
}

/** Whether it was made to want more or fewer tasks, the same way. ECS keeps no history of it: what was raised and lowered again is not seen. */
export async function seenCounted(
  call: CallWith<AwsClient>,
  { from, desired }: { from: number; desired: number },
  target: Target,
  within: Within,
): Promise<Seen> {
  const { cluster } = serviceFacts.parse(target.facts);
  const service = await readService(call, call.place, { cluster, service: target.name });
  if (!service) return { what: 'other', says: `${cluster}/${target.name} is not there any more` };
  if (service.desired !== from) return moved(service, { from, desired });
  const deployed = await seenRedeployed(call, target, within);
  if (deployed.what === 'done' || deployed.what === 'other') return { ...deployed, what: 'other' };
  return { what: deployed.what, says: `it wants ${from} tasks, as before; ${deployed.says}` };
}

const moved = (service: ServiceState, { from, desired }: { from: number; desired: number }): Seen => ({
  what: Math.sign(service.desired - from) === Math.sign(desired - from) ? 'done' : 'other',
  says: `it was made to want ${service.desired} tasks instead of ${from}`,
});
