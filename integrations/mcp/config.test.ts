import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mcpConfig } from './config.js';

const parse = (servers: unknown) =>
  mcpConfig.safeParse({ MCP_SERVERS: typeof servers === 'string' ? servers : JSON.stringify(servers) });
const problem = (servers: unknown): string =>
  parse(servers)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join(' | ') ?? '';
const url = 'https://mcp.example.com/mcp';

describe('MCP_SERVERS', () => {
  it('unset or empty connects nothing', () => {
    expect(mcpConfig.parse({})).toBeUndefined();
    expect(mcpConfig.parse({ MCP_SERVERS: ' ' })).toBeUndefined();
  });

  it('takes an address, an older stream, or a program', () => {
    const config = mcpConfig.parse({
      MCP_SERVERS: JSON.stringify({ a: { url }, b: { url, transport: 'sse' }, c: { command: ['kubernetes-mcp', '--stdio'] } }),
    });
    expect([...(config ?? [])].map(([name, { transport }]) => [name, transport])).toEqual([
      ['a', 'http'],
      ['b', 'sse'],
      ['c', 'stdio'],
    ]);
  });

  it.each([
    ['an unknown key', { a: { url, tokn: 'x' } }, 'a.tokn is not known here'],
    ['no address', { a: { transport: 'sse' } }, 'a.url'],
    ['both ways', { a: { url, command: ['x'] } }, 'a.url is not known here'],
    ['a shell line', { a: { command: 'kubernetes-mcp --stdio' } }, 'a.command'],
    ['an empty command', { a: { command: [] } }, 'no shell reads it'],
    ['another protocol', { a: { url: 'ftp://mcp.example.com' } }, 'a.url is an http or https address'],
    ['credentials in the address', { a: { url: 'https://ada:hidden-word@mcp.example.com' } }, 'put credentials into token'],
    ['a header of the protocol', { a: { url, headers: { 'Mcp-Session-Id': 'x' } } }, 'is set by the protocol'],
    ['a header that breaks the line', { a: { url, headers: { X: 'a\r\nHost: evil' } } }, 'a.headers.X'],
    ['two authorizations', { a: { url, token: 'x', headers: { authorization: 'y' } } }, 'keep one of them'],
    ['a name that is none', { 'A B': { url } }, 'A B'],
    ['no server', {}, 'names no server'],
    ['a list', [], 'MCP_SERVERS'],
    ['half a place', { a: { url, account: '111122223333' } }, 'belong together'],
    ['a read without a place', { a: { url, reads: { x: { tool: 't', sha256: 'f'.repeat(64) } } } }, 'a target has a place'],
    [
      'a read without a pin',
      { a: { url, account: '111122223333', region: 'eu-west-1', reads: { x: { tool: 't' } } } },
      'reads.x.sha256',
    ],
    ['too long a wait', { a: { url, timeoutSeconds: 600 } }, 'at most 50'],
    ['no JSON', '{"a": {"token": "hidden-word"', 'MCP_SERVERS_FILE'],
  ])('says what is wrong: %s', (_what, servers, words) => {
    expect(problem(servers)).toContain(words);
    expect(problem(servers)).not.toContain('hidden-word');
  });

  it('tells all of it at once', () => {
    const said = problem({ a: { url: 'x', tokn: 1 }, b: { command: [] } });
    for (const words of ['a.url', 'a.tokn', 'b.command']) expect(said).toContain(words);
  });

  it('never throws, and never quotes what it was given', () => {
    const given = fc.oneof(
      fc.json(),
      fc.string(),
      fc.dictionary(fc.constantFrom('a', 'b'), fc.jsonValue()).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(given, (text) => {
        const secret = 'hidden-word';
        const servers = `{"a": {"url": "${url}", "token": "${secret} ${secret}", "x": ${text}}}`;
        expect(problem(servers)).not.toContain(secret);
        expect(() => parse(text)).not.toThrow();
      }),
    );
  });
});
