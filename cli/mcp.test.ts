import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { type Sandbox, start } from '../sandbox/start.js';
import { exitCodes } from './exit-codes.js';
import { createConsole } from './testkit/console.js';

let sandbox: Sandbox;
const stage = createConsole();
beforeAll(async () => {
  sandbox = await start({ port: 0, webhookUrl: '', webhookSecret: 'of the sandbox', speed: 0.001 });
});
afterEach(() => fetch(`${sandbox.address}/_sandbox/reset`, { method: 'POST' }));
afterAll(async () => {
  await sandbox.close();
  rmSync(stage.dir, { recursive: true, force: true });
});

const pin = (...argv: string[]) => stage.run(['mcp', 'pin', ...argv], sandbox.environment());
const behave = (body: object) =>
  fetch(`${sandbox.address}/_sandbox/mcp/behave`, { method: 'POST', body: JSON.stringify(body) }).then((answer) => answer.text());
const sha256In = (out: string): string => (JSON.parse(out) as { items: { sha256: string }[] }).items[0]?.sha256 ?? '';

describe('mcp pin', () => {
  it('prints what a runbook pins, and what it stands for', async () => {
    const { code, out } = await pin('kubernetes', 'rollout_restart');
    expect(code).toBe(exitCodes.ok);
    const { out: json } = await pin('kubernetes', 'rollout_restart', '-o', 'json');
    expect(out).toContain(`sha256: ${sha256In(json)}`);
    for (const words of ['Restart a deployment', '"additionalProperties": false', 'server: kubernetes', 'tool: rollout_restart'])
      expect(out).toContain(words);
  });

  it('lists all tools of a server', async () => {
    const { out } = await pin('kubernetes');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/)[0]),
    ).toEqual(['get_deployment', 'list_deployments', 'rollout_restart']);
  });

  it('prints another hash for a tool that has changed, and no text of it that moves a terminal', async () => {
    const before = sha256In((await pin('kubernetes', 'rollout_restart', '-o', 'json')).out);
    await behave({ description: 'Restart\u001b[2J\u202e it' });
    const { out } = await pin('kubernetes', 'rollout_restart', '-o', 'json');
    expect(sha256In(out)).not.toBe(before);
    // oxlint-disable-next-line no-control-regex
    expect((await pin('kubernetes', 'rollout_restart')).out).not.toMatch(/[\u001b\u202e]/);
  });

  it('says what is missing by its exit code', async () => {
    expect(await pin('kubernetes', 'drop_everything')).toMatchObject({ code: exitCodes.notFound });
    expect(await pin('elsewhere', 'x')).toMatchObject({ code: exitCodes.notFound, err: expect.stringContaining('kubernetes') });
    const argv = ['mcp', 'pin', 'kubernetes', 'x'];
    expect(await stage.run(argv, {})).toMatchObject({ code: exitCodes.notAllowed, err: expect.stringContaining('MCP_SERVERS') });
    expect(await stage.run(argv, { MCP_SERVERS: '{"a": {"token": "hidden"' })).toMatchObject({ code: exitCodes.usage });
    const nobody = { MCP_SERVERS: '{"kubernetes": {"url": "http://127.0.0.1:9/mcp"}}' };
    expect(await stage.run(argv, nobody)).toMatchObject({ code: exitCodes.unreachable });
  });
});
