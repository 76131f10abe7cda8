import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { variables } from '../../cli/environment.js';
import { retentionHours, searchAttributes } from '../../config/search-attributes.js';
import { root } from '../support/root.js';
import { composeFile, composeText, type Service } from './compose-file.js';
import { imageVariables } from './known-variables.js';

const compose = composeFile();
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const imageName = ({ image }: Service): string => image.slice(0, image.lastIndexOf(':'));

function knownTo(service: Service): (name: string) => boolean {
  if (service.build === undefined) return (name) => (imageVariables[imageName(service)] ?? []).includes(name);
  return (name) => {
    const known: Readonly<Record<string, { secret: boolean }>> = variables;
    return known[name] !== undefined || (name.endsWith('_FILE') && known[name.slice(0, -'_FILE'.length)]?.secret === true);
  };
}

function specificationProblems(file: unknown): string[] {
  const schema = JSON.parse(readFileSync(join(root, 'tests', 'deploy', 'compose-spec.json'), 'utf8')) as object;
  const validate = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  return validate(file) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('docker-compose.yml', () => {
  it('keeps to the compose specification', () => {
    expect(specificationProblems(compose)).toEqual([]);
  });

  it('would be refused by it with a key that does not exist', () => {
    expect(specificationProblems({ ...compose, services: { api: { image: 'x', helthcheck: {} } } })).not.toEqual([]);
  });

  it.each(services)('%s is set no variable that its image does not read', (_name, service) => {
    const known = knownTo(service);
    expect(Object.keys(service.environment ?? {}).filter((name) => !known(name))).toEqual([]);
  });

  it.each(services)(
    '%s has no root, no capability, no new privilege, no writable file system, and one exact image',
    (_name, service) => {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      expect(service.privileged ?? false).toBe(false);
      // Temporal's images name their user (1000) themselves.
      if (!service.image.startsWith('temporalio/')) expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      if (service.build === undefined) expect(service.image).toMatch(/:\d+\.\d+/);
    },
  );

  it.each(services.filter(([, { restart }]) => restart !== 'no'))(
    '%s keeps running and says whether it is well',
    (_name, { healthcheck }) => {
      expect(healthcheck?.test.length).toBeGreaterThan(1);
    },
  );

  it('plays every role once, each in a process of its own', () => {
    const roles = ours.flatMap(([, { command }]) => (command?.[0] === 'worker' ? [command[2] ?? 'none'] : []));
    expect(roles.sort()).toEqual(['decide', 'effect', 'run', 'tell']);
  });

  it('lets only what calls vendors out, and publishes only loopback unless told otherwise', () => {
    const on = (network: string): string[] =>
      services.filter(([, { networks }]) => networks?.includes(network)).map(([name]) => name);
    expect(on('outward')).toEqual(['worker-decide', 'worker-effect', 'worker-tell']);
    expect(compose.networks).toMatchObject({ data: { internal: true }, temporal: { internal: true } });
    const published = services.flatMap(([, { ports }]) => ports ?? []);
    expect(published.filter((port) => !port.startsWith('127.0.0.1:') && !port.startsWith('${API_BIND:-127.0.0.1}:'))).toEqual([]);
  });

  it('names no secret, volume, network or service that is not declared, and keeps the database in a named volume', () => {
    const declared = (kind: 'secrets' | 'networks') =>
      services.flatMap(([, service]) => (service[kind] ?? []).filter((name) => compose[kind][name] === undefined));
    expect([...declared('secrets'), ...declared('networks')]).toEqual([]);
    expect(
      services.flatMap(([, { depends_on }]) =>
        Object.keys(depends_on ?? {}).filter((name) => compose.services[name] === undefined),
      ),
    ).toEqual([]);
    expect(compose.services['postgres']?.volumes).toContainEqual(expect.stringMatching(/^postgres-data:/));
    expect(compose.volumes).toHaveProperty('postgres-data');
  });

  it('holds no secret itself', () => {
    expect(composeText()).not.toMatch(/(PASSWORD|PWD|TOKEN|SECRET\w*|KEY(_ID)?): (?!\$\{|\/run\/secrets\/)\S/);
  });

  it('finds every file that it mounts in the project', () => {
    const mounts = services.flatMap(([, { volumes }]) =>
      (volumes ?? []).filter((volume): volume is string => typeof volume === 'string'),
    );
    const own = mounts.map((mount) => mount.split(':')[0] ?? '').filter((path) => path.startsWith('./'));
    expect(own.length).toBeGreaterThan(2);
    expect(own.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('makes the namespace that a live installation asks for', () => {
    const script = readFileSync(join(root, 'deploy', 'temporal', 'namespace.sh'), 'utf8');
    expect(script).toContain(`retention=${retentionHours}h`);
    const made = /^for attribute in (.+); do$/m.exec(script)?.[1]?.split(' ');
    expect(made?.sort()).toEqual([...searchAttributes].sort());
    expect(compose.services['temporal-namespace']?.environment?.['TEMPORAL_NAMESPACE']).toBe(
      compose.services['api']?.environment?.['TEMPORAL_NAMESPACE'],
    );
  });
});
