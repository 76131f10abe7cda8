import { parse } from '@cdktf/hcl2json';
import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installation } from '../../cli/installation.js';
import { eventBridgeDoor } from '../../integrations/aws/doors/eventbridge.js';
import { snsDoor } from '../../integrations/aws/doors/sns.js';
import { alarms as shippedAlarms } from '../../sandbox/alarms.js';
import { root } from '../support/root.js';
import { allows, like, type Policy, type Statement } from './iam/evaluate.js';
import { type Loose, type Shape, unknownBlocks } from './terraform.js';

const folder = join(root, 'deploy', 'aws', 'terraform');
const policy: Shape = { name: true, role: true, policy: true };

/**
 * What the provider takes, as far as it is used here. Source: hashicorp/terraform-provider-aws, website/docs/r, of the resource's name
 * without `aws_`; compared with the bindings that @cdktf/provider-aws 21.22.1 was generated with from the provider's schema.
 */
const resources: Readonly<Record<string, Shape>> = {
  aws_iam_role: {
    name: true,
    description: true,
    assume_role_policy: true,
    permissions_boundary: true,
    max_session_duration: true,
  },
  aws_iam_policy: { name: true, description: true, policy: true },
  aws_iam_role_policy: policy,
  aws_iam_role_policy_attachment: { role: true, policy_arn: true },
  aws_ssm_document: { name: true, document_format: true, document_type: true, content: true },
  aws_sns_topic: { name: true, signature_version: true },
  aws_sns_topic_policy: { arn: true, policy: true },
  aws_sns_topic_subscription: {
    topic_arn: true,
    protocol: true,
    endpoint: true,
    endpoint_auto_confirms: true,
    confirmation_timeout_in_minutes: true,
    raw_message_delivery: true,
  },
  aws_cloudwatch_event_rule: { name: true, description: true, event_pattern: true },
  aws_cloudwatch_event_connection: {
    name: true,
    description: true,
    authorization_type: true,
    auth_parameters: { api_key: { key: true, value: true } },
  },
  aws_cloudwatch_event_api_destination: {
    name: true,
    description: true,
    invocation_endpoint: true,
    http_method: true,
    invocation_rate_limit_per_second: true,
    connection_arn: true,
  },
  aws_cloudwatch_event_target: {
    rule: true,
    target_id: true,
    arn: true,
    role_arn: true,
    retry_policy: { maximum_event_age_in_seconds: true, maximum_retry_attempts: true },
  },
  aws_cloudwatch_log_group: { name: true, retention_in_days: true },
  aws_cloudwatch_metric_alarm: {
    alarm_name: true,
    alarm_description: true,
    namespace: true,
    metric_name: true,
    dimensions: true,
    comparison_operator: true,
    threshold: true,
    statistic: true,
    extended_statistic: true,
    period: true,
    evaluation_periods: true,
    datapoints_to_alarm: true,
    treat_missing_data: true,
    alarm_actions: true,
    ok_actions: true,
    tags: true,
  },
};

const filesIn = (place: string): string[] => readdirSync(place).filter((name) => name.endsWith('.tf'));
const sourceOf = (place: string): string =>
  filesIn(place)
    .map((name) => readFileSync(join(place, name), 'utf8'))
    .join('\n');
const documentOf = (place = folder): Promise<Loose> => parse('all.tf', sourceOf(place));
const text = (value: unknown): string => JSON.stringify(value);

/** The policies that are written here and not by `opssentinel iam`, with every reference as it stands. */
async function inlinePolicies(): Promise<Record<string, Policy>> {
  const { resource } = await documentOf();
  const found: Record<string, Policy> = {};
  for (const [type, named] of Object.entries<Loose>(resource))
    for (const [name, [body]] of Object.entries<Loose>(named))
      for (const argument of ['policy', 'assume_role_policy']) {
        const [, inner] = /^\$\{jsonencode\((.*)\)\}$/s.exec(String(body[argument] ?? '')) ?? [];
        if (inner === undefined) continue;
        const parsed: Loose = await parse('x.tf', `locals {\n  x = ${inner}\n}\n`);
        found[`${type}.${name}`] = parsed.locals[0].x as Policy;
      }
  return found;
}

describe('Terraform for AWS, as far as it can be checked offline', () => {
  it.each([folder, join(folder, 'alarm')])('every file of %s parses', async (place) => {
    for (const name of filesIn(place)) await expect(parse(name, readFileSync(join(place, name), 'utf8'))).resolves.toBeDefined();
    expect(filesIn(place).length).toBeGreaterThan(2);
  });

  it('every resource, block and argument is one that the provider documents', async () => {
    const all = [await documentOf(), await documentOf(join(folder, 'alarm'))];
    expect(all.flatMap(({ resource }) => unknownBlocks('resource', resource, resources))).toEqual([]);
    expect(all.flatMap(({ resource }) => Object.keys(resource as object)).sort()).toEqual(Object.keys(resources).sort());
    const wrong: Loose = await parse('x.tf', 'resource "aws_sns_topic" "x" {\n  signature = 2\n}\nresource "aws_robot" "x" {}\n');
    expect(unknownBlocks('resource', wrong['resource'], resources)).toEqual([
      'resource aws_robot',
      'resource aws_sns_topic.x.signature',
    ]);
  });

  it.each([folder, join(folder, 'alarm')])('every variable of %s is used, declared and described', async (place) => {
    const { variable } = await documentOf(place);
    const used = [...sourceOf(place).matchAll(/\bvar\.([a-z_]+)/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(Object.keys(variable as object)));
    for (const [only] of Object.values<Loose>(variable)) expect(only.description).toMatch(/\S/);
  });

  it('the token is a secret, and what it goes into comes to nobody else', async () => {
    const { variable, output } = await documentOf();
    expect(variable.eventbridge_token[0].sensitive).toBe(true);
    expect(text(output)).not.toContain('token');
  });

  it('the module of alarms is given everything that it asks for', async () => {
    const [given] = (await documentOf()).module.alarm;
    const { variable } = await documentOf(join(folder, 'alarm'));
    expect(
      Object.keys(given as object)
        .filter((name) => name !== 'source' && name !== 'for_each')
        .sort(),
    ).toEqual(Object.keys(variable as object).sort());
  });
});

describe('what it carries over', () => {
  it('the policies that it reads are those that are generated', async () => {
    const { variable } = await documentOf();
    const place = join(folder, variable.policies[0].default as string);
    const accounts = readdirSync(place);
    expect(accounts.length).toBeGreaterThan(1);
    for (const account of accounts)
      for (const name of ['boundary', 'read', 'read-trust', 'act', 'act-trust', 'automation', 'automation-trust'])
        expect([account, name, existsSync(join(place, account, `${name}.json`))]).toEqual([account, name, true]);
    const source = sourceOf(folder);
    for (const name of ['boundary.json', '${each.key}-trust.json', '${each.key}.json']) expect(source).toContain(`/${name}")`);
  });

  it('every role has the boundary, but for the one that calls our door', async () => {
    const roles = Object.entries<Loose>((await documentOf()).resource.aws_iam_role);
    expect(roles.map(([name, [body]]) => [name, Boolean(body.permissions_boundary)])).toEqual([
      ['eventbridge', false],
      ['opssentinel', true],
    ]);
  });

  it('every document of ours is uploaded as what it is', async () => {
    const { variable, resource } = await documentOf();
    const place = join(folder, variable.documents[0].default as string);
    const names = readdirSync(place).filter((name) => name.endsWith('.yaml'));
    expect(names.length).toBeGreaterThan(4);
    for (const name of names) {
      const content = readFileSync(join(place, name), 'utf8');
      expect([name, content]).toEqual([name, expect.stringMatching(/^schemaVersion: '(0[.]3|2[.]2)'\n/)]);
      expect([name, /^mainSteps:\n {2}- name: \w+\n {4}action: aws:runShellScript/m.test(content)]).toEqual([
        name,
        content.startsWith("schemaVersion: '2.2'"),
      ]);
    }
    expect(resource.aws_ssm_document.opssentinel[0].document_type).toContain(
      `startswith(each.value, "schemaVersion: '0.3'") ? "Automation" : "Command"`,
    );
  });

  it('the doors are those of the product', async () => {
    const { variable } = await documentOf();
    expect(variable.sns_url[0].description).toContain(snsDoor.path);
    expect(variable.eventbridge_url[0].description).toContain(eventBridgeDoor.path);
  });

  it('SNS delivers with its signature, EventBridge with the token', async () => {
    const { resource } = await documentOf();
    expect(resource.aws_sns_topic_subscription.opssentinel[0]).toMatchObject({ protocol: 'https', raw_message_delivery: false });
    const [
      {
        auth_parameters: [
          {
            api_key: [key],
          },
        ],
      },
    ] = resource.aws_cloudwatch_event_connection.opssentinel;
    expect(key).toEqual({ key: 'Authorization', value: 'Bearer ${var.eventbridge_token}' });
    expect(text(resource.aws_cloudwatch_event_target)).not.toContain('input');
  });
});

describe('the policies that are written here', () => {
  it('name what they allow, and give no more than one thing each', async () => {
    const all = Object.entries(await inlinePolicies());
    expect(all.map(([name]) => name).sort()).toEqual([
      'aws_iam_role.eventbridge',
      'aws_iam_role_policy.becomes',
      'aws_iam_role_policy.eventbridge',
      'aws_iam_role_policy.tell',
      'aws_sns_topic_policy.alarms',
    ]);
    for (const [name, { Version, Statement }] of all) {
      expect([name, Version]).toEqual([name, '2012-10-17']);
      for (const { Sid, Effect, Action = [], Resource, Principal, Condition } of Statement) {
        expect([name, Sid, Effect]).toEqual([name, expect.stringMatching(/^[A-Za-z0-9]+$/), 'Allow']);
        for (const action of Action) expect([name, action]).toEqual([name, expect.stringMatching(/^[a-z]+:[A-Za-z]+$/)]);
        expect([name, Sid, Resource?.includes('*') ?? false]).toEqual([name, Sid, Sid === 'WriteMetrics']);
        // A service that acts for anybody is asked for whom.
        if (Principal?.Service) expect(Object.keys(Condition ?? {}).sort()).toEqual(['ArnLike', 'StringEquals']);
      }
    }
  });

  it('a follower of the ledger may do what it needs, in its own group and namespace', async () => {
    const { 'aws_iam_role_policy.tell': tell } = await inlinePolicies();
    const follows = installation({}).registry.followers.filter(({ integration }) => integration === 'aws');
    const needed = follows.flatMap(({ permissions }) => permissions);
    expect(tell?.Statement.flatMap(({ Action = [] }) => Action).sort()).toEqual([...new Set(needed)].sort());
    const metrics = { action: 'cloudwatch:PutMetricData', resource: '*' };
    const may = (namespace: string) => allows([tell as Policy], { ...metrics, context: { 'cloudwatch:namespace': [namespace] } });
    expect([may('${var.metrics_namespace}'), may('AWS/EC2')]).toEqual([true, false]);
  });

  it('only alarms of the account publish to the topic', async () => {
    const { 'aws_sns_topic_policy.alarms': topic } = await inlinePolicies();
    const [statement] = (topic?.Statement ?? []) as [Statement];
    expect(statement.Principal).toEqual({ Service: ['cloudwatch.amazonaws.com'] });
    const [pattern = ''] = [statement.Condition?.['ArnLike']?.['aws:SourceArn'] ?? ''].flat();
    const filled = pattern.replace('${var.region}', 'eu-west-1').replace('${var.account}', '111122223333');
    expect(like(filled, 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:web-cpu-high')).toBe(true);
    expect(like(filled, 'arn:aws:cloudwatch:eu-west-1:444455556666:alarm:web-cpu-high')).toBe(false);
  });
});

describe('the examples', () => {
  it('hold every alarm that the shipped rules are for, as the sandbox has it', async () => {
    const examples = readdirSync(join(folder, 'examples'));
    const held: Loose[] = [];
    for (const name of examples) {
      const { account, region, alarms } = (await parse(name, readFileSync(join(folder, 'examples', name), 'utf8'))) as Loose;
      for (const [alarm, said] of Object.entries<Loose>(alarms)) held.push({ name: alarm, account, region, ...said });
    }
    const wanted = shippedAlarms
      .filter(({ metric }) => metric !== '')
      .map(({ name, account, region, namespace, metric, threshold, comparison, dimensions, service }) =>
        expect.objectContaining({
          name,
          account,
          region,
          namespace,
          metric,
          threshold,
          dimensions,
          service: service.name,
          ...(comparison === 'GreaterThanThreshold' ? {} : { comparison }),
        }),
      );
    expect(held).toHaveLength(wanted.length);
    expect(held).toEqual(expect.arrayContaining(wanted));
  });

  it('set nothing that is no variable', async () => {
    const { variable } = await documentOf();
    for (const name of readdirSync(join(folder, 'examples'))) {
      const set = Object.keys(await parse(name, readFileSync(join(folder, 'examples', name), 'utf8')));
      expect(set.filter((one) => !Object.hasOwn(variable as object, one))).toEqual([]);
    }
  });
});
