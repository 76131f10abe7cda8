import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { shippedDocuments } from './simulated/documents.js';
import { documentHash } from './testkit/samples.js';

interface Document {
  schemaVersion: string;
  assumeRole?: string;
  parameters: Record<
    string,
    { allowedPattern?: string; allowedValues?: string[]; interpolationType?: string; default?: unknown }
  >;
  mainSteps: { name: string; action: string; inputs: Record<string, unknown> }[];
}

const folder = new URL('./documents/', import.meta.url);
const names = readdirSync(folder).map((file) => file.replace(/[.]yaml$/, ''));
const text = (name: string): string => readFileSync(new URL(`${name}.yaml`, folder), 'utf8');
const read = (name: string): Document => parse(text(name), { strict: true, uniqueKeys: true }) as Document;
const automations = names.filter((name) => read(name).schemaVersion === '0.3');
const commands = names.filter((name) => read(name).schemaVersion === '2.2');

describe('the SSM documents of our own', () => {
  it('are automations, and the commands that they call', () => {
    expect(automations).toEqual([
      'OpsSentinel-RebootInstance',
      'OpsSentinel-RedeployService',
      'OpsSentinel-RestartInstance',
      'OpsSentinel-RestartService',
    ]);
    expect([...automations, ...commands].sort()).toEqual([...names].sort());
  });

  it.each(automations)("%s acts as a role that is given to it, never with its caller's rights", (name) => {
    expect(read(name).assumeRole).toBe('{{ AutomationAssumeRole }}');
    expect(read(name).parameters['AutomationAssumeRole']).not.toHaveProperty('default');
  });

  it.each(names)('%s takes values from an anchored pattern or a list alone', (name) => {
    for (const { allowedPattern, allowedValues } of Object.values(read(name).parameters)) {
      expect(allowedPattern ?? allowedValues).toBeDefined();
      if (allowedPattern !== undefined) expect(allowedPattern).toMatch(/^\^.*\$$/);
    }
  });

  it.each(names)('%s runs no free shell text', (name) => {
    expect(text(name)).not.toMatch(/AWS-Run(Shell|PowerShell)Script/);
    for (const { action, inputs } of read(name).mainSteps)
      if (action === 'aws:runShellScript') {
        expect(JSON.stringify(inputs['runCommand'])).not.toContain('{{');
        // No shell reads it: the agent does, as a number of seconds.
        expect(inputs['timeoutSeconds']).toMatch(/^(\d+|\{\{ executionTimeout \}\})$/);
      }
  });

  it('pin the commands that they call by version and by hash', () => {
    const calls = automations.flatMap((name) => read(name).mainSteps).filter(({ action }) => action === 'aws:runCommand');
    expect(calls).not.toEqual([]);
    for (const { inputs } of calls) {
      expect(commands).toContain(inputs['DocumentName']);
      expect(inputs).toMatchObject({
        DocumentVersion: expect.stringMatching(/^\d+$/),
        DocumentHashType: 'Sha256',
        DocumentHash: documentHash(String(inputs['DocumentName'])),
      });
    }
  });

  it('are read alike by the simulator', () => {
    for (const [name, simulated] of shippedDocuments()) {
      expect(simulated.steps).toEqual(read(name).mainSteps.map((step) => ({ name: step.name, action: step.action })));
      expect([...simulated.parameters.keys()]).toEqual(Object.keys(read(name).parameters));
      for (const [parameter, { required }] of simulated.parameters)
        expect(required).toBe(read(name).parameters[parameter]?.default === undefined);
      expect(simulated.hash).toBe(documentHash(name));
    }
  });
});
