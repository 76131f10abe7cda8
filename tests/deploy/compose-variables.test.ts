import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { withoutPowers } from '../../cli/compose-api.js';
import { readEnvironment, variables } from '../../cli/environment.js';
import { installation } from '../../cli/installation.js';
import { installed } from '../../integrations/index.js';
import { integrationVariables } from '../../integrations/variables.js';
import { root } from '../support/root.js';
import { composeFile, composeWith, interpolated } from './compose-file.js';
import { elsewhere, everything, required, whoNeeds } from './compose-needs.js';

const ours = ['api', 'worker-run', 'worker-decide', 'worker-effect', 'worker-tell'] as const;
type OurService = (typeof ours)[number];

/** All that can be named. */
const named = { ...everything.env, ...everything.also };
const example = readFileSync(join(root, 'deploy', 'example.env'), 'utf8');
const baseOf = (name: string): string =>
  name.endsWith('_FILE') && variables[name] === undefined ? name.slice(0, -'_FILE'.length) : name;

/** Names without `_FILE` of what a service is set, given this `.env`. */
function namesAt(service: OurService, env: Record<string, string>): string[] {
  const set = Object.entries(composeWith(env).services[service]?.environment ?? {}).filter(([, value]) => value !== '');
  return set.map(([name]) => baseOf(name));
}

/** What the process finds when it starts: files are read as the container would see them. */
function startOf(service: OurService, env: Record<string, string>, files: Readonly<Record<string, string>>) {
  const compose = composeWith(env);
  const { environment = {}, secrets = [], command = [] } = compose.services[service] ?? {};
  const readFile = (path: string): string => {
    const name = path.replace('/run/secrets/', '');
    const file = secrets.includes(name) ? compose.secrets[name]?.file : undefined;
    const text = file === undefined ? undefined : files[file];
    if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
    return text;
  };
  const starting = command[0] === 'serve' ? 'serve' : 'worker';
  const { settings, problems } = readEnvironment(environment, { starting, readFile });
  const reaching = starting === 'serve' ? withoutPowers(settings.env) : settings.env;
  const { registry, problems: wrong } = installation(reaching);
  const connected = [...registry.integrations.values()].filter((one) => one.connected).map(({ id }) => id);
  return { problems: [...problems, ...wrong], connected, env: reaching };
}

describe('docker-compose.yml: what of .env reaches whom', () => {
  it.each(ours)('%s starts with nothing but what must be set, and is connected to nobody', (service) => {
    const { problems, connected } = startOf(service, required.env, required.files);
    expect(problems).toEqual([]);
    expect(connected).toEqual([]);
  });

  it('says which variable is missing of those that must be set', () => {
    expect(() => composeWith({})).toThrow(/TEMPORAL_DATABASE_PASSWORD|RULES_FOLDER/);
  });

  it.each<[OurService, string[]]>([
    ['api', []],
    ['worker-run', []],
    ['worker-decide', ['alertmanager', 'aws', 'grafana', 'http', 'mcp', 'pagerduty', 'prometheus', 'servicenow']],
    ['worker-effect', ['aws', 'mcp']],
    ['worker-tell', ['alertmanager', 'aws', 'grafana', 'loki', 'opensearch', 'pagerduty', 'servicenow', 'slack']],
  ])('%s with everything set: connected to %j', (service, expected) => {
    const { problems, connected } = startOf(service, everything.env, everything.files);
    expect(problems).toEqual([]);
    expect(connected.sort()).toEqual(expected);
  });

  it('the table of who needs what knows every variable of every integration', () => {
    expect([...Object.keys(whoNeeds), ...Object.keys(elsewhere)].sort()).toEqual(Object.keys(integrationVariables).sort());
  });

  it.each(Object.entries(whoNeeds))('%s reaches %j and nobody else', (variable, services) => {
    expect(ours.filter((service) => namesAt(service, named).includes(variable))).toEqual(services);
  });

  it('no two of the three roles hold the same key of AWS, nor the same file of MCP servers', () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'MCP_SERVERS']) {
      const held = ours.map((service) => startOf(service, everything.env, everything.files).env[name]).filter(Boolean);
      expect(held.length).toBeGreaterThan(1);
      expect(new Set(held).size).toBe(held.length);
    }
  });

  it('a secret travels as a file, and a service mounts only those that it is told of', () => {
    const { services } = composeWith(named);
    for (const name of ours) {
      const { environment = {}, secrets = [] } = services[name] ?? {};
      // The id of an access key is shown in every log of AWS: it is no secret.
      const open = Object.entries(environment).filter(([key]) => variables[key]?.secret && key !== 'AWS_ACCESS_KEY_ID');
      expect(open).toEqual([]);
      const told = Object.values(environment).filter((value) => value.startsWith('/run/secrets/'));
      expect(told.map((path) => path.replace('/run/secrets/', '')).sort()).toEqual([...secrets].sort());
    }
  });

  it('deploy/example.env names all that the file reads, and no more', () => {
    const named = [...example.matchAll(/^([A-Z0-9_]+)=/gm)].map(([, name]) => name ?? '');
    expect(named.sort()).toEqual(interpolated());
  });

  it('an unset secret is an empty file of the project, never one that somebody has to make', () => {
    const { secrets } = composeWith(required.env);
    const own = Object.entries(secrets).filter(([name]) => !required.secrets.includes(name));
    expect(new Set(own.map(([, { file }]) => file))).toEqual(new Set(['./deploy/secrets/none']));
    expect(readFileSync(join(root, 'deploy', 'secrets', 'none'), 'utf8')).toBe('');
  });

  it.each(ours)('%s: the health check is a program that Node can read', (service) => {
    const [kind, program, flag, source = ''] = composeFile().services[service]?.healthcheck?.test ?? [];
    expect([kind, program, flag]).toEqual(['CMD', 'node', '-e']);
    expect(() => new Script(source)).not.toThrow();
  });
});

describe('the API', () => {
  const all = Object.fromEntries(Object.keys(integrationVariables).map((name) => [name, 'set']));

  it('is handed no secret of any vendor but those that prove who knocks', () => {
    const handed = Object.keys(withoutPowers(all)).filter((name) => integrationVariables[name]?.secret);
    expect(handed.sort()).toEqual([
      'GRAFANA_WEBHOOK_SECRETS',
      'PAGERDUTY_WEBHOOK_SECRETS',
      'SERVICENOW_WEBHOOK_SECRETS',
      'SLACK_SIGNING_SECRET',
      // Reads who pressed a button, and can do nothing else.
      'SLACK_USERS_TOKEN',
    ]);
  });

  it('is connected to nobody whose client could do something, whatever is set', () => {
    const { registry, problems } = installation(withoutPowers(everything.plain));
    expect(problems).toEqual([]);
    expect([...registry.integrations.values()].filter(({ connected }) => connected)).toEqual([]);
  });

  it('keeps all that its doors read', () => {
    const kept = withoutPowers(everything.plain);
    for (const { door } of installed.flatMap(({ sources = [] }) => sources).flatMap(({ doors }) => doors))
      expect(JSON.stringify(door.safeParse(kept).data)).toEqual(JSON.stringify(door.safeParse(everything.plain).data));
  });
});
