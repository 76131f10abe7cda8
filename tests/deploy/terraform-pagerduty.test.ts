import { parse } from '@cdktf/hcl2json';
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentMinutes, silentVariable } from '../../cli/promote/escalation.js';
import { pagerDutySetup, subscribedEvents } from '../../integrations/pagerduty/setup/webhook.js';
import { type Loose, type Shape, unknownBlocks } from './terraform.js';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'terraform', 'pagerduty');

const target: Shape = { type: true, id: true };
const pair: Shape = { key: true, value: true };
const actions: Shape = {
  route_to: true,
  suppress: true,
  suspend: true,
  priority: true,
  annotate: true,
  severity: true,
  event_action: true,
  automation_action: { name: true, url: true, auto_send: true, header: pair, parameter: pair },
};
/**
 * What the provider takes, as far as it is used here. Source: PagerDuty/terraform-provider-pagerduty, website/docs/r and
 * website/docs/d: escalation_policy, user, webhook_subscription, event_orchestration_service; service, schedule.
 */
const resources: Readonly<Record<string, Shape>> = {
  pagerduty_user: { name: true, email: true, role: true, job_title: true, time_zone: true, description: true },
  pagerduty_escalation_policy: {
    name: true,
    teams: true,
    description: true,
    num_loops: true,
    rule: { escalation_delay_in_minutes: true, target },
  },
  pagerduty_webhook_subscription: {
    type: true,
    active: true,
    description: true,
    events: true,
    delivery_method: { type: true, url: true },
    filter: { type: true, id: true },
  },
  pagerduty_event_orchestration_service: {
    service: true,
    enable_event_orchestration_for_service: true,
    set: {
      id: true,
      rule: {
        label: true,
        condition: { expression: true },
        actions,
        disabled: true,
        dynamic: { condition: { for_each: true, content: { expression: true } } },
      },
    },
    catch_all: { actions },
  },
};
const dataSources: Readonly<Record<string, Shape>> = { pagerduty_service: { name: true }, pagerduty_schedule: { name: true } };

const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));
const source = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
const documentOf = (): Promise<Loose> => parse('all.tf', source);

describe('Terraform for PagerDuty, as far as it can be checked offline', () => {
  it('every file parses', async () => {
    for (const name of files) await expect(parse(name, readFileSync(join(folder, name), 'utf8'))).resolves.toBeDefined();
    expect(files.length).toBeGreaterThan(3);
  });

  it('every resource, block and argument is one that the provider documents', async () => {
    const { resource, data } = await documentOf();
    expect([...unknownBlocks('resource', resource, resources), ...unknownBlocks('data', data, dataSources)]).toEqual([]);
    expect(Object.keys(resource).sort()).toEqual(Object.keys(resources).sort());
  });

  it('a name that the provider does not know is found', async () => {
    const wrong = await parse('x.tf', 'resource "pagerduty_user" "x" {\n  mail = "x"\n}\nresource "pagerduty_robot" "x" {}\n');
    expect(unknownBlocks('resource', wrong['resource'], resources)).toEqual([
      'resource pagerduty_robot',
      'resource pagerduty_user.x.mail',
    ]);
  });

  it('every variable that is used is declared and described, and the other way round', async () => {
    const { variable } = await documentOf();
    const used = [...source.matchAll(/\bvar\.([a-z_]+)/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(Object.keys(variable)));
    for (const [only] of Object.values<Loose>(variable)) expect(only.description).toMatch(/\S/);
    expect(variable.door_token[0].sensitive).toBe(true);
  });

  it('what connect sets are variables of it', async () => {
    const { variable } = await documentOf();
    const wish = { url: 'https://ops.example/x', scope: { kind: 'service', id: 'PSVC001' }, again: false } as const;
    for (const name of Object.keys(pagerDutySetup.terraform.variables(wish))) expect(Object.keys(variable)).toContain(name);
  });

  it('subscribes to the same events as connect, at the same path', async () => {
    const { resource } = await documentOf();
    const [subscription] = resource.pagerduty_webhook_subscription.opssentinel;
    expect(subscription.events).toEqual(subscribedEvents);
    expect(source).toContain(pagerDutySetup.path);
  });

  it('M4: automation runs for some events alone, shown a token; and one action per rule is all that there may be', async () => {
    const { resource } = await documentOf();
    const [{ set }] = resource.pagerduty_event_orchestration_service.automation;
    const [{ rule }] = set;
    expect(rule).toHaveLength(1);
    expect(rule[0].dynamic.condition).toHaveLength(1);
    const [{ automation_action: action }] = rule[0].actions;
    expect(action).toHaveLength(1);
    expect(action[0].header).toEqual([{ key: 'Authorization', value: 'Bearer ${var.door_token}' }]);
    // contracts 1.5: templates are of the event; there is no incident in them.
    expect(source).not.toContain('{{incident');
  });

  it('the page waits: level 1 is the silent agent alone, level 2 are people', async () => {
    const { resource } = await documentOf();
    const [{ rule }] = resource.pagerduty_escalation_policy.agent_first;
    expect(rule.map(({ target: who }: Loose) => who.map(({ type }: Loose) => type))).toEqual([
      ['user_reference'],
      ['schedule_reference'],
    ]);
    expect(rule[0].escalation_delay_in_minutes).toBe('${local.silent_minutes}');
  });

  it('M26: how long they wait can be what was learned of the service, in the bounds that the command keeps to', async () => {
    const { locals, variable } = await documentOf();
    expect(locals[0].silent_minutes).toBe(
      `\${lookup(var.${silentVariable}, data.pagerduty_service.automated.id, var.silent_minutes)}`,
    );
    const { least, usual, most } = silentMinutes;
    expect(variable.silent_minutes[0].default).toBe(usual);
    for (const name of ['silent_minutes', silentVariable])
      expect(variable[name][0].validation[0].condition).toMatch(new RegExp(`>= ${least} && \\S+ <= ${most}\\b`));
  });
});
