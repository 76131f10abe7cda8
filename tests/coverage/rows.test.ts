import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../support/root.js';
import { namesIn, testFiles } from './titles.js';

/**
 * What the product promises, and the tests that prove it. A promise keeps its number for ever; whoever removes or renames the last
 * test that proves one hears of it here.
 */
const promises: readonly (readonly [row: string, sentence: string, ...provedIn: string[]])[] = [
  [
    'M1',
    'CloudWatch alarm, SNS, PagerDuty, agent: a real-shaped webhook ends in a verified action and a note',
    'tests/e2e/main-job.test.ts',
  ],
  [
    'M2',
    'POST /pagerduty/autonomous/action takes every body that PagerDuty sends, authenticated',
    'api/door/pagerduty.test.ts',
    'integrations/pagerduty/shapes.test.ts',
    'tests/e2e/systems.test.ts',
  ],
  [
    'M3',
    'alarms by SNS and EventBridge, Grafana, Alertmanager, ServiceNow tickets: each proven at its door, each starts the same workflow',
    'tests/e2e/systems.test.ts',
    'integrations/aws/doors/sns.test.ts',
    'integrations/aws/doors/eventbridge.test.ts',
    'integrations/grafana/receive.test.ts',
    'integrations/alertmanager/alertmanager.test.ts',
    'integrations/servicenow/instance.test.ts',
  ],
  ['M4', 'Event Orchestration limits when automation runs, shipped as Terraform', 'tests/deploy/terraform-pagerduty.test.ts'],
  ['M5', 'the same rule in YAML or JSON', 'tests/rules/promises.test.ts', 'tests/e2e/decisions.test.ts'],
  ['M6', 'EC2 CPU spike: a Lambda function restarts the instance', 'tests/e2e/systems.test.ts'],
  ['M7', 'ECS service crash: redeployed by an SSM Automation runbook', 'tests/e2e/systems.test.ts'],
  ['M8', 'disk over 80 %: cleaned by our own pinned document', 'tests/e2e/systems.test.ts'],
  ['M9', 'PagerDuty incident: an Auto Scaling group is scaled', 'tests/e2e/systems.test.ts'],
  ['M10', 'every kind of target has an action, a check and a declared undo', 'tests/rules/out-of-the-box.test.ts'],
  [
    'M11',
    'PagerDuty: note, status, resolve, Events API; idempotent, and throttled without loss',
    'integrations/pagerduty/channel.test.ts',
    'integrations/pagerduty/followers.test.ts',
    'integrations/pagerduty/client.test.ts',
  ],
  ['M12', 'Grafana: annotations of outcomes, silence while acting, once', 'integrations/grafana/followers.test.ts'],
  [
    'M13',
    'ServiceNow: the ticket is told, and resolved where the rule says so; correlation_id is checked again',
    'integrations/servicenow/followers/ticket.test.ts',
    'integrations/servicenow/followers/resolving.test.ts',
  ],
  [
    'M14',
    'logs and metrics arrive; a dead sink never blocks or repeats an action',
    'tests/e2e/systems.test.ts',
    'tests/run/sinks.test.ts',
    'workers/followers.test.ts',
    'integrations/aws/followers/followers.test.ts',
  ],
  [
    'M15',
    'a provisioned Grafana dashboard whose every query returns data',
    'tests/deploy/grafana.test.ts',
    'tests/e2e/dashboard.test.ts',
    'tests/slow/dashboard.test.ts',
  ],
  [
    'M16',
    'approval by signal, and a history that reads in plain words',
    'tests/e2e/main-job.test.ts',
    'tests/e2e/decisions.test.ts',
  ],
  [
    'M18',
    'least-privilege IAM, generated from the runbooks, nothing wider',
    'tests/deploy/iam.test.ts',
    'tests/deploy/iam-actions.test.ts',
    'cli/iam.test.ts',
    'integrations/aws/iam/standing.test.ts',
  ],
  ['M19', 'API tokens and mTLS on the endpoints, with scopes and rotation', 'api/door/tokens.test.ts', 'api/door/mtls.test.ts'],
  [
    'M20',
    'every call to AWS names the incident in CloudTrail',
    'integrations/aws/clients/sessions.test.ts',
    'tests/deploy/iam.test.ts',
    'tests/e2e/systems.test.ts',
  ],
  [
    'M22',
    'a new vendor is one folder and one line; approved tools of any MCP server are actions; the agent is an MCP server itself',
    'tests/scaffold/new-integration.test.ts',
    'api/mcp/server.test.ts',
    'api/mcp/injection.test.ts',
    'integrations/mcp/transports.test.ts',
    'tests/rules/kubernetes-example.test.ts',
  ],
  [
    'M26',
    'learned times to recover and shares that clear by themselves feed waits and reports',
    'ledger/labels.test.ts',
    'cli/promote/page.test.ts',
    'domain/patience.test.ts',
    'activities/decide/patience.test.ts',
    'cli/promote/escalation.test.ts',
  ],
  ['M28', 'departments: own ground, budget and approvers; no rule names another team’s targets', 'tests/rules/teams.test.ts'],
  ['M17', 'a recorded history replays on today’s code', 'tests/replay/replay.test.ts', 'cli/offline.test.ts'],
  [
    '1',
    'a wrong signature is refused; two valid secrets work',
    'integrations/pagerduty/receive.test.ts',
    'api/door/door.test.ts',
    'tests/e2e/main-job.test.ts',
  ],
  ['2', 'a second delivery of one event.id starts nothing', 'api/door/door.test.ts', 'tests/e2e/main-job.test.ts'],
  ['3', 'two alerts with one dedup key make one incident', 'ledger/ledger.test.ts', 'integrations/pagerduty/channel.test.ts'],
  [
    '4',
    'incidents whose webhook never came are found and handled once',
    'tests/e2e/reconcile.test.ts',
    'tests/run/reconcile.test.ts',
    'activities/reconcile/reconcile.test.ts',
  ],
  [
    '5',
    'no action on a resolved alert; a resolve cancels',
    'guards/world.test.ts',
    'tests/run/paths.test.ts',
    'tests/e2e/decisions.test.ts',
  ],
  ['6', 'act only if still firing after so long', 'guards/time.test.ts', 'tests/run/hold-down.test.ts'],
  ['7', 'one alarm that comes by several ways is one decision', 'tests/e2e/systems.test.ts'],
  ['8', 'rules are files', 'tests/rules/promises.test.ts', 'tests/e2e/decisions.test.ts', 'rules/language/swap.test.ts'],
  ['9', 'a malformed rule fails a check in CI with line and reason', 'tests/rules/promises.test.ts'],
  ['10', 'a rule and a recorded delivery give a verdict, and no side effect', 'cli/cases/library.test.ts'],
  [
    '11',
    'a rule over recorded incidents: how often it would have matched, acted, been refused',
    'cli/backtest/backtest.test.ts',
    'cli/backtest/command.test.ts',
    'cli/try/try.test.ts',
  ],
  [
    '12',
    'a rule that observes does nothing on live traffic, and what it would have done is stored',
    'tests/e2e/decisions.test.ts',
    'tests/e2e/systems.test.ts',
  ],
  ['13', 'two matching rules: a deterministic winner, or nobody', 'decide/match.test.ts', 'tests/e2e/decisions.test.ts'],
  [
    '14',
    'a run stores the exact revision of the rule that decided it',
    'tests/e2e/main-job.test.ts',
    'tests/rules/revision.test.ts',
  ],
  ['16', 'one command puts the previous revision back', 'cli/rules-revision.test.ts'],
  [
    '17',
    'a change-freeze calendar blocks actions',
    'guards/freeze.test.ts',
    'decide/freezes.test.ts',
    'activities/situation/calendars.test.ts',
    'integrations/aws/calendars/change-calendar.test.ts',
    'integrations/http/calendars/ical.test.ts',
    'cli/closed-calendars.test.ts',
  ],
  ['15', 'a rule acts in one environment and only observes in another', 'tests/e2e/decisions.test.ts'],
  [
    '18',
    'a rule stands down while a deployment runs, and for so long after',
    'guards/deploys.test.ts',
    'activities/situation/deploys.test.ts',
    'ledger/deploys.test.ts',
    'api/routes/deploys.test.ts',
    'tests/e2e/systems.test.ts',
    'ledger/seen-to-help.test.ts',
  ],
  ['19', 'only catalogued actions with typed, bounded parameters', 'tests/rules/promises.test.ts', 'cli/cases/library.test.ts'],
  ['20', 'cooldown, also across restarts', 'guards/time.test.ts', 'ledger/permits.test.ts', 'tests/e2e/main-job.test.ts'],
  ['21', 'at most so many runs per window', 'guards/time.test.ts', 'tests/admission/at-once.test.ts'],
  [
    '22',
    'what did not help so often stops and pages',
    'guards/same-fix.test.ts',
    'tests/admission/common-cause.test.ts',
    'ledger/seen-to-help.test.ts',
  ],
  ['24', 'refused when too few of the group would stay healthy', 'guards/healthy.test.ts', 'activities/situation/around.test.ts'],
  ['25', 'several targets ramp 1, 2, 4 and stop at an error threshold', 'decide/rollout.test.ts', 'tests/run/rollout.test.ts'],
  [
    '26',
    'a stop with reason and owner, that survives everything and is seen at the point of effect',
    'tests/admission/stop.test.ts',
    'ledger/permits.test.ts',
    'tests/e2e/main-job.test.ts',
    'cli/program.test.ts',
  ],
  [
    '27',
    'no action on a service in its maintenance window',
    'activities/situation/calendars.test.ts',
    'integrations/pagerduty/calendars/maintenance-windows.test.ts',
    'tests/admission/calendars.test.ts',
    'activities/reconcile/calendars.test.ts',
  ],
  ['23', 'one action at a time per target', 'ledger/permits.test.ts', 'tests/admission/at-once.test.ts'],
  ['28', 'what runs is stopped when a named alarm fires', 'tests/run/stop-on.test.ts', 'tests/e2e/cut-short.test.ts'],
  ['30', 'what would change is shown before anything does', 'cli/plan/plan.test.ts'],
  ['29', 'preconditions are read again just before acting', 'tests/e2e/decisions.test.ts'],
  [
    '31',
    'a run waits for a human and ends in a defined way when none comes',
    'tests/run/paths.test.ts',
    'tests/e2e/main-job.test.ts',
  ],
  ['32', 'N of M approvers', 'guards/approval.test.ts', 'activities/decide/judge-approval-words.test.ts'],
  [
    '33',
    'approved from Slack by a person whose identity was checked',
    'tests/e2e/slack.test.ts',
    'integrations/slack/receive.test.ts',
    'api/door/buttons.test.ts',
  ],
  [
    '36',
    'who asked for it cannot approve it; automation cannot approve itself',
    'guards/approvals.test.ts',
    'activities/decide/judge-approval-words.test.ts',
  ],
  [
    '34',
    'an approval is bound to exact arguments, single use, expiring',
    'tests/rules/promises.test.ts',
    'tests/e2e/main-job.test.ts',
    'tests/e2e/decisions.test.ts',
    'activities/pinned-policy.test.ts',
  ],
  ['35', 'a pending approval survives a restart', 'tests/e2e/main-job.test.ts'],
  ['37', 'every action of the mission out of the box', 'tests/rules/out-of-the-box.test.ts'],
  ['38', 'killed in the middle, it goes on', 'tests/e2e/at-most-once.test.ts'],
  ['39', 'one run per incident under 1,000 concurrent duplicates', 'api/door/temporal.test.ts', 'tests/e2e/main-job.test.ts'],
  ['40', 'the cloud call carries a token, or a read-back proves it', 'tests/run/paths.test.ts', 'tests/e2e/at-most-once.test.ts'],
  ['41', 'the step’s timeout holds even when the worker dies', 'tests/run/paths.test.ts'],
  [
    '43',
    'the alert must be clear for so long, or the run is a failure',
    'activities/decide/verify.test.ts',
    'tests/run/paths.test.ts',
    'tests/e2e/main-job.test.ts',
  ],
  ['47', 'each action runs under its own least-privilege role, in the account of its target', 'tests/deploy/iam.test.ts'],
  ['42', 'cancelling runs the clean-up', 'tests/run/undo.test.ts', 'tests/e2e/cut-short.test.ts'],
  ['46', 'it goes on from the step that it was in', 'tests/e2e/cut-short.test.ts'],
  ['45', 'a cheap fix, then a stronger one, then people', 'tests/run/paths.test.ts', 'tests/e2e/main-job.test.ts'],
  ['44', 'a failed verification undoes the change', 'tests/run/undo.test.ts', 'tests/e2e/systems.test.ts'],
  ['48', 'event, rule, decision and result in one query', 'ledger/ledger.test.ts', 'tests/e2e/main-job.test.ts'],
  ['50', 'the result is on the PagerDuty incident', 'tests/e2e/main-job.test.ts'],
  [
    '51',
    'a ServiceNow ticket is opened, told and closed with the run',
    'integrations/servicenow/followers/ticket.test.ts',
    'tests/e2e/systems.test.ts',
  ],
  ['52', 'effects stand as Grafana annotations', 'integrations/grafana/followers.test.ts', 'tests/e2e/systems.test.ts'],
  [
    '53',
    'the log reaches CloudWatch Logs, Loki and OpenSearch',
    'tests/run/sinks.test.ts',
    'integrations/aws/followers/followers.test.ts',
    'tests/e2e/systems.test.ts',
  ],
  ['56', 'edit, run and approve are separate permissions', 'api/routes/authorisation.test.ts'],
  [
    '57',
    'secrets come from files and never appear in logs',
    'config/environment.test.ts',
    'api/door/tokens.test.ts',
    'cli/offline.test.ts',
  ],
  [
    'N3',
    'a rule that observes labels its own verdicts and reports precision with a bound; promote refuses without it',
    'activities/label/label.test.ts',
    'tests/run/label.test.ts',
    'domain/precision.test.ts',
    'cli/promote/page.test.ts',
    'integrations/aws/actions/seen-trail.test.ts',
    'cli/promote/rights.test.ts',
  ],
  ['N1', 'killed at every step of every action: never two effects for one attempt key', 'tests/crash/effects.test.ts'],
  [
    'N2',
    'a change of a rule shows what it would have done on recorded incidents, guards included',
    'cli/backtest/command.test.ts',
  ],
  [
    'N4',
    'a failed verification puts back what was recorded; the page says what was tried',
    'decide/note.test.ts',
    'tests/e2e/systems.test.ts',
  ],
  [
    'N5',
    'no deploy, restart or reload clears a cooldown, budget, freeze or stop',
    'ledger/permits.test.ts',
    'tests/rules/revision.test.ts',
    'tests/e2e/main-job.test.ts',
  ],
  [
    'N6',
    'ten single fixes in one failure domain cannot add up to an outage',
    'tests/admission/common-cause.test.ts',
    'guards/brake.test.ts',
    'guards/domain-lease.test.ts',
  ],
  [
    'N7',
    'a past incident is decided again under another revision, and compared',
    'cli/rules/explain.test.ts',
    'cli/backtest/command.test.ts',
  ],
  [
    'N9',
    'webhooks that never came are found within five minutes; the gap is a figure',
    'tests/e2e/reconcile.test.ts',
    'cli/doctor/reconciliation.test.ts',
  ],
];

/** `row 6`, `rows 2, 3 and 39`, `row M17`, `M5`. */
function rowsIn(text: string): string[] {
  const lists = [...text.matchAll(/\brows? ((?:[MN]?\d+(?:, | and )?)+)/g)].flatMap(
    ([, list = '']) => list.match(/[MN]?\d+/g) ?? [],
  );
  return [...lists, ...(text.match(/\b[MN]\d+\b/g) ?? [])];
}

const proved = new Map(
  testFiles(root).map((file) => [relative(root, file), new Set(namesIn(readFileSync(file, 'utf8')).flatMap(rowsIn))]),
);

describe('promises and their tests', () => {
  it.each(promises)('%s is proved: %s', (row, _sentence, ...provedIn) => {
    expect(provedIn.length).toBeGreaterThan(0);
    for (const file of provedIn)
      expect({ file, rows: [...(proved.get(file) ?? [])] }).toEqual({ file, rows: expect.arrayContaining([row]) });
  });

  it('each stands here once', () => {
    expect(new Set(promises.map(([row]) => row)).size).toBe(promises.length);
  });

  it('reads names as they are written, and nothing else', () => {
    const source = [
      "describe('row 1: a group', () => {",
      "it.each([1])(\n 'rows 2, 3 and M4: each', async (n) => {",
      "it('M5, row 6: both', async () => {",
      "it.skip('row 7: skipped', () => {",
      '// it says row 8',
      "const text = 'row 9';",
      "it(`row 10: it\\'s`, () => {",
      "describe.skip('row 11', () => {",
      "it.todo('row 12');",
    ].join('\n');
    expect(namesIn(source).flatMap(rowsIn).sort()).toEqual(['1', '10', '2', '3', '6', 'M4', 'M4', 'M5']);
  });
});

describe('words that people copy', () => {
  it('the README shows the signal that lets a waiting run go on', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toMatch(/temporal workflow signal [^\n]*--name approve/);
  });
});
