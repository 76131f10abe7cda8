import type { Guard } from '../domain/admission.js';
import { failureDomain } from '../domain/target.js';
import { clock } from '../domain/words.js';
import { allow, incidentName, refuse, waitUntil } from './say.js';
import { lookAgainMs } from './one-at-a-time.js';

export const domainLease: Guard = {
  id: 'domainLease',
  sentence:
    'One run at a time in what fails together (account, region and service): the next begins when it is seen whether the last one helped.',
  asked: ['preview', 'admission'],
  judge: ({ now, incidentId, target }, { domainHeldBy }, { startByMs }) => {
    const domain = failureDomain(target);
    if (!domainHeldBy || domainHeldBy.incident === incidentId) return allow('one', `nobody else acts in ${domain}`);
    const found = `${incidentName(domainHeldBy.incident)} acts in ${domain} since ${clock(domainHeldBy.since, now)}`;
    return waitUntil(refuse('one', found), now + lookAgainMs(startByMs));
  },
};
