import type { Unconfirmed } from '../contract/unconfirmed.js';

export const unconfirmed: readonly Unconfirmed[] = [
  {
    id: 'loki.tenant-missing',
    assumes: 'A Loki with several tenants refuses a push without X-Scope-OrgID with 401 and the words "no org id".',
    tryIt: 'Unset LOKI_TENANT against such a Loki: the log of the worker should say to set it.',
    rests: ['integrations/loki/errors.ts'],
  },
];
