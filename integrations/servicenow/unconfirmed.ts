import type { Unconfirmed } from '../contract/unconfirmed.js';

export const unconfirmed: readonly Unconfirmed[] = [
  {
    id: 'servicenow.close-codes',
    assumes: 'The instance’s list of resolution codes holds “Solution provided”, or an older release’s “Solved (Permanently)”.',
    tryIt: 'Resolve a test ticket with SERVICENOW_CLOSE_CODE unset; the work note names the code that was chosen.',
    rests: ['integrations/servicenow/close-code.ts'],
  },
  {
    id: 'servicenow.roles',
    assumes: 'The role itil is enough for the Table API; a hardened instance wants snc_platform_rest_api_access as well.',
    tryIt: 'Read and write one test ticket as our user; 403 names the role that is missing.',
    rests: ['integrations/servicenow/errors.ts'],
  },
  {
    id: 'servicenow.client-credentials',
    assumes: 'A client of the grant client_credentials acts as the user that it is bound to.',
    tryIt: 'Leave SERVICENOW_PASSWORD unset and look at who wrote the work note of a test ticket.',
    rests: ['integrations/servicenow/client.ts'],
  },
  {
    id: 'servicenow.transaction-quota',
    assumes: 'A request that takes too long is cancelled with 500 or 503, and may have got through before.',
    tryIt: 'Hard to bring about: look for "Transaction cancelled" in the worker’s log after the first weeks.',
    rests: ['integrations/servicenow/errors.ts'],
  },
  {
    id: 'servicenow.notices-come-once',
    assumes: 'What a Business Rule sends is not repeated when it fails.',
    tryIt:
      'Stop the API, change a test ticket, start it again: nothing arrives, so ServiceNow is no source that one may rely on alone.',
    rests: ['integrations/servicenow/receive.ts'],
  },
];
