import type { Unconfirmed } from '../contract/unconfirmed.js';

export const unconfirmed: readonly Unconfirmed[] = [
  {
    id: 'pagerduty.custom-action-body',
    assumes:
      'A custom incident action sends the V2 envelope, or a v3 event of its own kind, and its body names the incident and the button.',
    tryIt:
      'Make a custom incident action that calls the door, press it on a test incident, and look at what `incident show` tells of the request.',
    rests: ['integrations/pagerduty/shapes/custom-action.ts', 'integrations/pagerduty/shapes/button.ts'],
  },
  {
    id: 'pagerduty.custom-action-unsigned',
    assumes: 'What a custom incident action sends carries no signature, so that a token or a client certificate must prove it.',
    tryIt: 'Press the button once without a token in its headers: the door should answer 401; then with it: 2xx.',
    rests: ['integrations/pagerduty/shapes/proven.ts', 'integrations/pagerduty/receive.ts'],
  },
  {
    id: 'pagerduty.orchestration-body',
    assumes: 'An Event Orchestration sends exactly the body that its action was given, unsigned, with the incident in it.',
    tryIt:
      'Apply the rule of deploy/pagerduty to a test service, send it an event, and compare the body that arrives with integrations/pagerduty/README.md.',
    rests: ['integrations/pagerduty/shapes/automation.ts'],
  },
  {
    id: 'pagerduty.workflow-unsigned',
    assumes: 'The webhook step of an Incident Workflow is not signed.',
    tryIt: 'Run a workflow with that step on a test incident: without a token in its headers the door should answer 401.',
    rests: ['integrations/pagerduty/shapes/automation.ts', 'integrations/pagerduty/shapes/proven.ts'],
  },
  {
    id: 'pagerduty.events-address-eu',
    assumes: 'In the EU the Events API answers at events.eu.pagerduty.com.',
    tryIt: 'With PAGERDUTY_REGION=eu, send a page to a test service, or a curl of the same body: 202 with a dedup_key.',
    rests: ['integrations/pagerduty/config.ts'],
  },
  {
    id: 'pagerduty.events-refusal',
    assumes: 'The Events API refuses a wrong event with 400 and {"status","message","errors"}.',
    tryIt: 'Send an event without a summary to a test key, and look at the body of the 400.',
    rests: ['integrations/pagerduty/errors.ts'],
  },
  {
    id: 'pagerduty.resolve-of-resolved',
    assumes: 'A resolve of what is resolved is answered with 200, or with 400 and code 1001; it does not open it again.',
    tryIt: 'Resolve a test incident by hand, then send PUT /incidents/{id} with status resolved.',
    rests: ['integrations/pagerduty/channels/pagerduty.ts', 'integrations/pagerduty/errors.ts'],
  },
  {
    id: 'pagerduty.note-status',
    assumes: 'POST /incidents/{id}/notes is answered with 200 or 201.',
    tryIt: 'Post a note to a test incident and look at the status; any 2xx is taken.',
    rests: ['integrations/pagerduty/rest.ts'],
  },
  {
    id: 'pagerduty.change-events-read',
    assumes:
      'Change events of a service are read at GET /services/{id}/change_events, those of an incident at related_change_events.',
    tryIt: 'Send a change event to a test service and open an incident on it: `incident show` names the deployment.',
    rests: ['integrations/pagerduty/reads/changes.ts', 'integrations/pagerduty/followers/change-events.ts'],
  },
  {
    id: 'pagerduty.maintenance-windows-read',
    assumes:
      'GET /maintenance_windows keeps to filter=ongoing and service_ids[], needs the scope services.read, and gives start_time, end_time and services of each.',
    tryIt:
      'Put a test service into maintenance for ten minutes and open an incident on it by hand: the guard freeze refuses, and names the end.',
    rests: ['integrations/pagerduty/calendars/maintenance-windows.ts'],
  },
  {
    id: 'pagerduty.incident-lists',
    assumes:
      'GET /incidents takes `statuses[]`, `service_ids[]`, `since` (by creation), `date_range=all` and `sort_by`, and lists `reopened_at` as the incident itself has it.',
    tryIt:
      'With two open test incidents, one of them reopened, list them with each of these filters: each leaves exactly what it says, and the reopened one shows `reopened_at`.',
    rests: ['integrations/pagerduty/reads/listed.ts'],
  },
  {
    id: 'pagerduty.history',
    assumes:
      'GET /log_entries lists the whole account between `since` and `until`, each entry with its type, agent and incident; lists end at an offset of 10,000 with 400; a month is not too long a span.',
    tryIt:
      'With a read-only key run `opssentinel try pagerduty --since 90d --once`: the number of incidents agrees with the analytics page, and those that people closed are told as theirs.',
    rests: [
      'integrations/pagerduty/reads/deeds.ts',
      'integrations/pagerduty/reads/span.ts',
      'integrations/pagerduty/reads/history.ts',
    ],
  },
  {
    id: 'pagerduty.subscription-states',
    assumes:
      'A subscription that PagerDuty has suspended shows `delivery_method.temporarily_disabled`, one that somebody has switched off `active: false`, in the list as by its id.',
    tryIt:
      'Switch a test subscription off, and have another suspended by a door that answers 400 three times: `opssentinel doctor` tells both.',
    rests: ['integrations/pagerduty/reads/subscriptions.ts', 'integrations/pagerduty/sources/subscriptions.ts'],
  },
  {
    id: 'pagerduty.subscription-enable',
    assumes: 'POST /webhook_subscriptions/{id}/enable takes no body, and is answered with the subscription as it is then.',
    tryIt: 'With PAGERDUTY_REENABLE_SUBSCRIPTION=true have a test subscription suspended: within five minutes it is on again.',
    rests: ['integrations/pagerduty/sources/subscriptions.ts'],
  },
  {
    id: 'pagerduty.status-update-log',
    assumes: 'A status update is found again in the incident’s log entries, with its text.',
    tryIt: 'With PAGERDUTY_STATUS_UPDATES=true let one incident be acted on, restart the tell worker: there is one update.',
    rests: ['integrations/pagerduty/followers/status-updates.ts', 'integrations/pagerduty/rest.ts'],
  },
];
