import type { Guard } from '../domain/admission.js';
import { allow, refuse } from './say.js';

export const team: Guard = {
  id: 'team',
  sentence: 'A rule acts on what belongs to its own team: its accounts, regions and tags, where the policy gives it any.',
  asked: ['preview', 'admission', 'undo'],
  judge: ({ team: own, target }) => {
    const limit = own.name || '-';
    const { accounts, regions, tags = {} } = own;
    if (accounts && !accounts.includes(target.account))
      return refuse(limit, `${target.name} is in account ${target.account}, which is not one of ${own.name}`);
    if (regions && !regions.includes(target.region))
      return refuse(limit, `${target.name} is in ${target.region}, which is not one of ${own.name}`);
    const missing = Object.entries(tags).find(([key, value]) => !Object.hasOwn(target.tags, key) || target.tags[key] !== value);
    if (missing) return refuse(limit, `${target.name} does not carry the tag ${missing.join('=')} of ${own.name}`);
    const bounded = accounts !== undefined || regions !== undefined || Object.keys(tags).length > 0;
    return allow(limit, bounded ? `belongs to ${own.name}` : 'all of the environment');
  },
};
