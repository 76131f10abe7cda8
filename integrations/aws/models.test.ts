import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecs from '@aws-sdk/client-ecs';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as rds from '@aws-sdk/client-rds';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import type { JsonObject } from '../../domain/json.js';
import { testCall } from '../contract/testkit/call.js';
import { startTestSandbox, type TestSandbox } from '../contract/testkit/sandbox.js';
import { requiredMembers } from './simulated/required.js';
import { errorCodes, operationOf, strangers, strangersInXml } from './testkit/models.js';
import { connectSandbox, instance, samples } from './testkit/samples.js';
import { parseXml } from './testkit/xml.js';

/**
 * The simulator against the services' published models, which the SDK's own packages carry. What a model does not say is not covered:
 * the errors of EC2 (none are modelled), header members and payloads of Lambda, and whether a value is one that AWS would send.
 */
const models: Readonly<Record<string, Record<string, unknown>>> = {
  autoscaling,
  cloudtrail,
  cloudwatch,
  ec2,
  ecs,
  iam,
  lambda,
  logs,
  rds,
  ssm,
  sts,
};

interface Exchange {
  operation: string;
  path: string;
  method: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  status: number;
  answer: string;
}

let sandbox: TestSandbox;
let between: Server;
let exchanges: Exchange[];

beforeAll(async () => {
  sandbox = await startTestSandbox();
  exchanges = [];
  between = await recording();
  await everything(`http://127.0.0.1:${(between.address() as AddressInfo).port}`);
});
afterAll(async () => {
  between.closeAllConnections();
  between.close();
  await sandbox.close();
});

/** Stands between the SDK and the sandbox and keeps what passes. */
async function recording(): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const body = Buffer.concat(chunks);
      void send({ method, path: url, headers, body }).then(({ status, answer, told }) => {
        exchanges.push({
          operation: nameOf({ method, path: url, headers, body }),
          path: url,
          method,
          headers,
          body,
          status,
          answer,
        });
        response.writeHead(status, told).end(answer);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

type Sent = Pick<Exchange, 'method' | 'path' | 'headers' | 'body'>;

async function send({
  method,
  path,
  headers,
  body,
}: Sent): Promise<{ status: number; answer: string; told: Record<string, string> }> {
  const { host: _host, connection: _connection, 'content-length': _length, expect: _expect, ...rest } = headers;
  const response = await fetch(`${sandbox.address}${path}`, {
    method,
    headers: rest as Record<string, string>,
    ...(method === 'GET' ? {} : { body: new Uint8Array(body) }),
  });
  const told = [...response.headers].filter(([name]) => name === 'content-type' || name.startsWith('x-amz'));
  return { status: response.status, answer: await response.text(), told: Object.fromEntries(told) };
}

const serviceOf = ({ headers }: Pick<Sent, 'headers'>): string => {
  const scope = /\/([a-z0-9-]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1] ?? '';
  return scope === 'monitoring' ? 'cloudwatch' : scope;
};

/** `ssm:SendCommand`, by the protocol of its service. */
function nameOf(sent: Sent): string {
  const service = serviceOf(sent);
  const target = String(sent.headers['x-amz-target'] ?? '').split('.')[1];
  if (target) return `${service}:${target}`;
  if (service !== 'lambda') return `${service}:${new URLSearchParams(sent.body.toString('utf8')).get('Action') ?? ''}`;
  const path = decodeURI(sent.path.split('?')[0] ?? '');
  const known = Object.keys(lambda).find((name) => {
    const [method, pattern = ''] = (name.endsWith('$') && operationOf(lambda, name.slice(0, -1))?.http) || [];
    return method === sent.method && pattern !== '' && new RegExp(`^${pattern.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path);
  });
  return `lambda:${known?.slice(0, -1) ?? sent.path}`;
}

/** Every operation that the product can ask for, once by the way of every action and then what is left. */
async function everything(address: string): Promise<void> {
  for (const { action, target, params: given } of samples.actions ?? []) {
    const call = testCall(connectSandbox(address), { place: { account: target.account, region: target.region } });
    const params = action.params.parse(given) as JsonObject;
    const preState = await action.preState(call, params, target);
    const attempt = { key: 'ab'.repeat(32), startBy: Date.now() + 60_000, preState };
    const { ref } = await action.start(call, params, attempt);
    await action.adopt(call, params, { ...attempt, since: Date.now() - 1_000 });
    await action.wait?.(call, ref);
    await action.stop?.(call, ref);
    await action.start(call, params, attempt).catch(() => undefined);
    await sandbox.reset();
    if (action.stop) await action.stop(call, (await action.start(call, params, attempt)).ref);
    await sandbox.reset();
  }
  await reads(address);
}

async function reads(address: string): Promise<void> {
  // So that lists have something in them, and a next page.
  await sandbox.tell('aws', 'sessions', { instance: 'i-0cc33dd44ee55ff66', owner: 'ada' });
  await sandbox.tell('aws', 'sessions', { instance: 'i-0cc33dd44ee55ff66', owner: 'grace' });
  await sandbox.tell('aws', 'settings', { pageOf: 1 });
  const prod = { account: '444455556666', region: 'eu-west-1' };
  const { client, ...call } = testCall(connectSandbox(address), { place: prod });
  const name = { logGroupName: '/opssentinel/sandbox', logStreamName: 'x' };
  const metric = {
    Namespace: 'AWS/EC2',
    MetricName: 'CPUUtilization',
    Dimensions: [{ Name: 'InstanceId', Value: 'i-0cc33dd44ee55ff66' }],
  };
  const many = Array.from({ length: 400 }, () => ({ MetricName: 'Outcomes', Value: 1, Unit: 'Count' as const }));
  const asPerson = { ...call, place: { account: '', region: 'eu-west-1' } };
  const role = (of: string) => `arn:aws:iam::${prod.account}:role/${of}`;
  const asked: Promise<unknown>[] = [
    client.ec2.describeInstances({ ...call, place: { ...prod, role: 'OpsSentinelRead' } }, {}),
    client.ec2.describeInstanceStatus(call, { IncludeAllInstances: true }),
    client.iam.simulate(asPerson, { PolicySourceArn: role('OpsSentinelAct'), ActionNames: ['ec2:RebootInstances'] }),
    client.iam.simulate(asPerson, {
      PolicySourceArn: role('OpsSentinelRead'),
      ActionNames: ['ssm:SendCommand', 'ssm:GetDocument'],
      ResourceArns: ['arn:aws:ssm:eu-west-1:444455556666:document/a', 'arn:aws:ssm:eu-west-1:444455556666:document/b'],
      ContextEntries: [{ ContextKeyName: 'aws:ResourceTag/a', ContextKeyType: 'string', ContextKeyValues: ['b'] }],
    }),
    client.rds.describeInstances(call, {}),
    client.rds.describeClusters(call, {}),
    client.ssm.describeSessions(call, { State: 'Active' }),
    client.ssm.describeInstanceInformation(call, {}),
    client.ssm.getCalendarState(call, { CalendarNames: ['prod-changes'] }),
    client.cloudwatch.describeAlarms(call, { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
    client.cloudwatch.listTagsForResource(call, {
      ResourceARN: `arn:aws:cloudwatch:eu-west-1:${prod.account}:alarm:ec2-cpu-high-prod`,
    }),
    client.cloudwatch.getMetricData(call, {
      StartTime: new Date(Date.now() - 300_000),
      EndTime: new Date(),
      MetricDataQueries: [{ Id: 'm', MetricStat: { Metric: metric, Period: 60, Stat: 'Average' } }],
    }),
    // Large enough to be compressed.
    client.cloudwatch.putMetricData(call, { Namespace: 'Ops', MetricData: many }),
    client.cloudTrail.lookupEvents(call, {
      LookupAttributes: [{ AttributeKey: 'ReadOnly', AttributeValue: 'true' }],
      StartTime: new Date(Date.now() - 60_000),
      EndTime: new Date(Date.now() + 60_000),
      MaxResults: 50,
    }),
    client.autoScaling.describeGroups(call, { AutoScalingGroupNames: ['checkout-web'] }),
    client.autoScaling.describeActivities(call, { AutoScalingGroupName: 'checkout-web' }),
    client.autoScaling.describeRefreshes(call, { AutoScalingGroupName: 'checkout-web' }),
    client.ecs.describeServices(call, { cluster: 'prod', services: ['web'] }),
    client.logs.createStream(call, name),
    client.ssm.listInvocations(call, {}),
  ];
  await Promise.all(asked);
  await client.logs.putEvents(call, { ...name, logEvents: [{ timestamp: Date.now(), message: 'x' }] });
  await client.logs.putEvents(call, { ...name, logEvents: [{ timestamp: 1, message: 'too old' }] });
  const later = await client.cloudTrail.lookupEvents(call, {});
  expect(later.NextToken).toBeDefined();
  await Promise.allSettled([
    client.cloudTrail.lookupEvents(call, { MaxResults: 51 }),
    client.logs.createStream(call, name),
    client.iam.simulate(asPerson, { PolicySourceArn: role('Nobody'), ActionNames: ['ec2:RebootInstances'] }),
    client.rds.describeInstances(call, { DBInstanceIdentifier: 'nothing' }),
    client.rds.describeClusters(call, { DBClusterIdentifier: 'nothing' }),
    client.ssm.getCalendarState(call, { CalendarNames: ['nothing'] }),
    client.ssm.describeSessions(call, { State: 'Active', Filters: [{ key: 'Status', value: 'Connected' }] }),
    client.ec2.describeInstances(call, { InstanceIds: ['i-0123456789abcdef0'] }),
    client.ssm.cancelCommand(call, { CommandId: '00000000-0000-4000-8000-000000000000' }),
    client.ssm.stopAutomation(call, { AutomationExecutionId: '00000000-0000-4000-8000-000000000000' }),
    client.ssm.getInvocation(call, { CommandId: '00000000-0000-4000-8000-000000000000', InstanceId: instance('x').name }),
  ]);
}

const good = (): Exchange[] => exchanges.filter(({ status }) => status < 300);
const parts = (operation: string): [service: string, name: string] => operation.split(':') as [string, string];
const modelOf = (operation: string) => {
  const [service, name] = parts(operation);
  return operationOf(models[service] ?? {}, name);
};

/** One of each operation. */
const distinct = (all: readonly Exchange[]): Exchange[] => [...new Map(all.map((one) => [one.operation, one])).values()];

describe('what the simulator answers', () => {
  it('is asked every operation that the product can ask', () => {
    const folder = new URL('clients/', import.meta.url);
    const asked = readdirSync(folder).flatMap((file) =>
      file.endsWith('.test.ts')
        ? []
        : [...readFileSync(new URL(file, folder), 'utf8').matchAll(/new (\w+)Command\(/g)].map(([, name]) => name),
    );
    const answered = new Set(good().map(({ operation }) => parts(operation)[1]));
    expect(asked.filter((name) => !answered.has(name as string))).toEqual([]);
  });

  it('are operations of the models', () => {
    expect(distinct(exchanges).filter(({ operation }) => modelOf(operation) === undefined)).toEqual([]);
  });

  it('holds no member that the model does not have, and plain values of the right kind', () => {
    const strange = good().flatMap(({ operation, answer }) => {
      if (operation === 'lambda:Invoke' || answer === '') return [];
      const output = (models[parts(operation)[0]] as Record<string, unknown>)[`${parts(operation)[1]}$`] as unknown[];
      if (answer.startsWith('{')) return strangers(JSON.parse(answer) as JsonObject, output[5], operation);
      const document = parseXml(answer);
      const result = document.children.find(({ name }) => name.endsWith('Result')) ?? {
        ...document,
        children: document.children.filter(
          ({ name }) => name !== 'requestId' && name !== 'ResponseMetadata' && name !== 'return',
        ),
      };
      return strangersInXml(result, output[5], operation);
    });
    expect([...new Set(strange.map((place) => place.replace(/\.\d+\b/g, '')))]).toEqual([]);
  });

  it('is a refusal where a required member is missing', async () => {
    const accepted: string[] = [];
    for (const exchange of distinct(good())) {
      const labels = (modelOf(exchange.operation)?.input.required ?? []).filter(({ traits }) => !traits.httpLabel);
      for (const { name, traits } of labels) {
        const { status } = await send({ ...exchange, body: without(exchange, traits.ec2QueryName ?? traits.xmlName ?? name) });
        if (status < 400) accepted.push(`${exchange.operation} without ${name}`);
      }
    }
    expect(accepted).toEqual([]);
  });

  it('knows as required exactly what the models require', () => {
    for (const [operation, names] of Object.entries(requiredMembers)) {
      const required = (modelOf(operation)?.input.required ?? []).map(
        ({ name, traits }) => traits.ec2QueryName ?? traits.xmlName ?? name,
      );
      expect([operation, names]).toEqual([operation, required]);
    }
  });
});

/** The same request without one of its members. */
function without({ headers, body }: Exchange, name: string): Buffer {
  if (headers['x-amz-target'] !== undefined) {
    // Compressed ones are asked with nothing at all.
    const members = headers['content-encoding'] === 'gzip' ? {} : (JSON.parse(body.toString('utf8')) as JsonObject);
    const { [name]: _left, ...rest } = members;
    return Buffer.from(JSON.stringify(rest));
  }
  const form = [...new URLSearchParams(body.toString('utf8'))];
  const left = form.filter(([key]) => key !== name && !key.startsWith(`${name}.`));
  return Buffer.from(new URLSearchParams(left).toString());
}

/** Errors that every service has and few models list (the services' common-errors pages). */
const common = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredTokenException',
  'InternalServerError',
  'InvalidParameterCombination',
  'MissingParameter',
  'RequestEntityTooLarge',
  'SerializationException',
  'ServiceUnavailable',
  'ThrottlingException',
  'UnknownOperationException',
  'UnrecognizedClientException',
  'ValidationError',
  'ValidationException',
]);

/** Files of the simulator whose error codes are one service's. EC2's model lists no errors. */
const ofService: Readonly<Record<string, string>> = {
  'auto-scaling.ts': 'autoscaling',
  'change-calendars.ts': 'ssm',
  'cloudwatch.ts': 'cloudwatch',
  'commands.ts': 'ssm',
  'ecs.ts': 'ecs',
  'iam.ts': 'iam',
  'lambda.ts': 'lambda',
  'logs.ts': 'logs',
  'metrics.ts': 'cloudwatch',
  'parameters.ts': 'ssm',
  'published.ts': 'cloudwatch',
  'rds.ts': 'rds',
  'sessions.ts': 'ssm',
  'ssm.ts': 'ssm',
  'sts.ts': 'sts',
  'trail.ts': 'cloudtrail',
};

describe('what the simulator refuses with', () => {
  it.each(Object.entries(ofService))('%s: codes of the model of %s, or of every service', (file, service) => {
    const source = readFileSync(new URL(`simulated/${file}`, import.meta.url), 'utf8');
    const used = [...source.matchAll(/(?:failure\(\s*request,|code:)\s*'([A-Za-z.]+)'/g)].map(([, code]) => code as string);
    const known = errorCodes(models[service] ?? {});
    expect(known.size).toBeGreaterThan(0);
    expect([...new Set(used)].filter((code) => !known.has(code) && !common.has(code))).toEqual([]);
  });

  it('has in fact been answered so, in the shape of its protocol', () => {
    const refused = exchanges.filter(({ status }) => status >= 400);
    expect(refused.length).toBeGreaterThan(5);
    for (const { operation, answer } of refused) {
      const [service] = parts(operation);
      const code = answer.startsWith('{')
        ? (JSON.parse(answer) as { __type?: string }).__type
        : /<Code>([^<]+)<\/Code>/.exec(answer)?.[1];
      if (service === 'lambda') continue;
      expect([operation, typeof code]).toEqual([operation, 'string']);
      if (service !== 'ec2')
        expect(errorCodes(models[service] ?? {}).has(code as string) || common.has(code as string)).toBe(true);
    }
  });
});
