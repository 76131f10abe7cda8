import type { Trap } from './trap.js';

const [search, logs] = ['integrations/opensearch/opensearch.test.ts', 'integrations/aws/followers/followers.test.ts'];
const [wire, transports, tool, simulator, reads] = [
  'integrations/mcp/wire.test.ts',
  'integrations/mcp/transports.test.ts',
  'integrations/mcp/actions/call-tool.test.ts',
  'integrations/mcp/simulator.test.ts',
  'integrations/mcp/tool.test.ts',
];

/** Sections 6 and 7. */
export const sinkAndMcpTraps: readonly Trap[] = [
  ['6', 'OpenSearch: 200 although items failed', search, 'a mapping that refuses a line refuses it for good'],
  ['6', 'OpenSearch: 409 is stored already', search, '409 is stored already'],
  ['6', 'OpenSearch: 429 of an item', search, '429: the lines come again'],
  ['6', 'OpenSearch: lines that end, and a length', search, 'sends lines that each end, with their length in advance'],
  ['6', 'OpenSearch: ids of 512 bytes', search, 'with an id that is short enough'],
  ['6', 'OpenSearch: data streams only create', search, 'gives a data stream what it takes'],
  ['6', 'OpenSearch: batches have a size', search, 'cuts what is too much for one request'],
  [
    '6',
    'OpenSearch: AWS domains want SigV4',
    { whyNot: 'Not offered: the integration’s README says which domains take a user, and that others need a signing proxy.' },
  ],
  ['6', 'Logs: sorted by time, or all is refused', logs, 'sorts by time'],
  ['6', 'Logs: a day, 10,000 events, a size', logs, 'splits what is more than a day apart'],
  ['6', 'Logs: 1 MB an event', logs, 'leaves the data out where a line is more than an event can hold'],
  ['6', 'Logs: dropped with 200', logs, 'reads what was dropped out of an answer of 200'],
  ['6', 'Logs: too old and too new', logs, 'refuses what CloudWatch Logs would drop in silence'],
  ['6', 'Logs: nothing is joined', logs, 'told apart by seq'],
  ['6', 'Metrics: 1,000 a call', logs, 'sends at most 1,000 in a call'],
  ['6', 'Metrics: no NaN', logs, 'and never NaN'],
  ['6', 'Metrics: two weeks', logs, 'what is more than two weeks old is refused'],
  ['6', 'Metrics: no incident as a dimension', logs, 'never has the incident as a dimension'],
  ['6', 'Embedded metrics in log lines', { whyNot: 'Not used: metrics go by their own call.' }],

  ['7', 'no session in the newest revision', simulator, 'has no session and no initialize'],
  ['7', 'headers must agree with the body', simulator, 'checks headers against the body'],
  ['7', 'both eras', transports, 'a server on %s, not written by us'],
  ['7', 'sessions of the older era end', transports, 'is ended by who opened it'],
  ['7', 'closing the stream is cancelling', transports, 'nor of one that is cancelled under way'],
  ['7', 'a tool may ask for input first', tool, 'of a tool that asks for input is refused'],
  ['7', 'and the call is not sent a second time', transports, 'is refused, and the call is not sent a second time'],
  ['7', 'an error of a tool is no error of the protocol', transports, 'says that a tool failed'],
  ['7', 'parameters that become headers', wire, 'a tool that marks an argument for a header'],
  ['7', 'the list of tools comes in pages, in any order', wire, 'a list that does not end, or holds the tool twice'],
  ['7', 'a definition may change under its name', tool, 'of a tool that has changed since admission is refused'],
  ['7', 'hashes without what is decoration', reads, 'does not depend on the order of members'],
  [
    '7',
    'refusals of the call, unknown session and missing scope among them',
    wire,
    '%s is judged, and the call is sent once',
    '404 for a session that is gone',
  ],
  ['7', 'a server names where rights are got', simulator, 'wants its token, names where rights are got'],
  ['7', 'no token is passed on', transports, 'is given its own environment and the path'],
  ['7', 'the older stream gives its address', wire, 'an endpoint of another origin gets no call'],
  ['7', 'OAuth, and steps up in scope', { whyNot: 'A token per server is configured; no person is there to consent.' }],
  ['7', 'tasks, resources, prompts, sampling', { whyNot: 'Tools alone are called.' }],
  ['7', 'what a server of our own must do', { whyNot: 'The product is no MCP server yet.' }],
];
