import type { Target } from '../../../domain/target.js';
import { isoSeconds } from '../../../domain/words.js';
import type { Seen } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { primaryOf, readService, revisionOf, type ServiceState } from '../services.js';
import { serviceFacts } from '../targets/ecs-service.js';
import { ofService, textOf } from '../trail/subjects.js';
import type { Within } from '../trail/writes.js';
import { sameWay } from './seen-capacity.js';
import { attributed, combined, seenInTrail, type Wanted } from './seen-trail.js';

const operations = ['UpdateService'];

/** Whether the tasks were started anew, of the same revision: by the deployment that is wanted, and by CloudTrail where another hides it. */
export async function seenRedeployed(call: CallWith<AwsClient>, target: Target, within: Within): Promise<Seen> {
  const shown = seenDeployed(target, await serviceOf(call, target), within);
  const subject = ofService(target);
  const wanted = redeployOf(serviceFacts.parse(target.facts).taskDefinition);
  if (shown.what === 'done') return attributed(call, subject, wanted, within, shown);
  return combined(shown, await seenInTrail(call, subject, wanted, within));
}

/** A person at the console sends every setting of the service with it; only another revision makes it something else. */
const redeployOf = (taskDefinition: string): Wanted => ({
  operations,
  same: (writes) =>
    writes.find(({ name, request }) => {
      const revision = textOf(request['taskDefinition']);
      const as = revision === '' || revision === taskDefinition || revision === revisionOf(taskDefinition);
      return name === 'UpdateService' && request['forceNewDeployment'] === true && as;
    }),
});

/** Whether it was made to want more or fewer tasks, the same way. ECS keeps no history of it, CloudTrail does: raised and lowered again counts. */
export async function seenCounted(
  call: CallWith<AwsClient>,
  move: { from: number; desired: number },
  target: Target,
  within: Within,
): Promise<Seen> {
  const trail = await seenInTrail(call, ofService(target), sameWay(move, operations, 'desiredCount'), within);
  if (trail.what === 'done') return trail;
  return combined(seenAsItIs(target, await serviceOf(call, target), move, within), trail);
}

const serviceOf = (call: CallWith<AwsClient>, { name, facts }: Target): Promise<ServiceState | undefined> =>
  readService(call, call.place, { cluster: serviceFacts.parse(facts).cluster, service: name });

const gone = ({ name, facts }: Target): Seen => ({
  what: 'other',
  says: `${serviceFacts.parse(facts).cluster}/${name} is not there any more`,
});

/** ECS lists no deployment that was replaced. */
function seenDeployed(target: Target, service: ServiceState | undefined, { since, until }: Within): Seen {
  const primary = service && primaryOf(service);
  if (!primary) return gone(target);
  const began = Date.parse(primary.createdAt);
  if (Number.isNaN(began)) return { what: 'unknown', says: `ECS tells no time of ${primary.id}` };
  if (began > until) return { what: 'unknown', says: `${primary.id} began after that, which hides what came before` };
  if (began < since) return { what: 'not done', says: `the newest deployment began at ${isoSeconds(began)}` };
  const says = `deployment ${primary.id} of ${revisionOf(primary.taskDefinition)} began at ${isoSeconds(began)}`;
  return { what: primary.taskDefinition === serviceFacts.parse(target.facts).taskDefinition ? 'done' : 'other', says };
}

/** Another count says nothing of when it was set: CloudTrail does. */
function seenAsItIs(target: Target, service: ServiceState | undefined, { from }: { from: number }, within: Within): Seen {
  if (!service) return gone(target);
  if (service.desired !== from) return { what: 'unknown', says: `it wants ${service.desired} tasks instead of ${from}` };
  const deployed = seenDeployed(target, service, within);
  return {
    what: deployed.what === 'done' ? 'other' : deployed.what,
    says: `it wants ${from} tasks, as before; ${deployed.says}`,
  };
}
