/** A server on stdio by the v1 line of the SDK, run as a child by tests. Each start and each call is a line of the file in $LOG. */
import { appendFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const log = (line) => appendFileSync(process.env.LOG ?? '/dev/null', `${JSON.stringify(line)}\n`);
log({ started: process.argv.slice(2), env: process.env });

const [mode = 'runs'] = process.argv.slice(2);
const server = new McpServer({ name: 'kubernetes', version: '1' });
const where = { namespace: z.string(), name: z.string() };
server.registerTool('rollout_restart', { description: 'Restart a deployment', inputSchema: where }, (args, { _meta }) => {
  log({ called: args, meta: _meta });
  if (mode === 'dies') process.exit(1);
  if (mode === 'silent') return new Promise(() => undefined);
  return { content: [{ type: 'text', text: 'restarted' }] };
});
if (mode === 'exits') process.exit(3);
process.stderr.write('noise on stderr\n');
await server.connect(new StdioServerTransport());
