import type { Trap } from './trap.js';

const at = 'integrations/servicenow';
const [instance, client, receive, normalise] = [
  `${at}/instance.test.ts`,
  `${at}/client.test.ts`,
  `${at}/receive.test.ts`,
  `${at}/normalise.test.ts`,
];
const [ticket, resolving, channel] = [
  `${at}/followers/ticket.test.ts`,
  `${at}/followers/resolving.test.ts`,
  `${at}/channels/servicenow.test.ts`,
];

export const serviceNowTraps: readonly Trap[] = [
  ['4.1', 'a query part that is not known is left out', ticket, 'touches nothing when the instance leaves the query out'],
  ['4.1', 'so it is in the simulated instance', instance, 'a query part that it does not know is left out'],
  ['4.1', 'the limit counts before rights', ticket, 'opens no second one because rights hide the first'],
  ['4.1', 'an empty list is 404 in v1', instance, 'v1 answers an empty list with 404'],
  ['4.1', 'everything is text, references are objects', instance, 'texts, references with links'],
  ['4.1', 'times without a zone', normalise, 'says what it is, of what service, since when'],
  ['4.1', 'journals come back empty', instance, 'journals that come back empty'],
  ['4.1', 'every write of a journal appends', channel, 'the same twice is one entry'],
  ['4.1', 'the journal may not be read', ticket, 'work notes that cannot be read are not written again'],
  ['4.1', 'unknown fields are dropped with 200', resolving, 'reads back what was stored'],
  ['4.1', 'a dropped correlation_id', ticket, 'a dropped correlation_id is noticed'],
  [
    '4.1',
    'others may edit meanwhile, and there is no ETag',
    resolving,
    'a ticket that people took between our read and our write',
  ],
  ['4.1', 'two rows of one mark', ticket, 'two of one mark'],
  ['4.1', 'states, and On Hold with a reason', instance, 'On Hold wants its reason'],
  ['4.1', 'a nonsense state is 200 without a change', instance, 'nonsense that is left out with 200'],
  ['4.1', '403 of a data policy is a validation', client, '403 of a data policy is a validation'],
  ['4.1', 'an instance may want more fields', resolving, 'a data policy that wants more is told on the ticket'],
  ['4.1', 'a code that is no choice counts as missing', client, 'a resolution code that is no choice counts as missing'],
  ['4.1', 'codes differ between releases', resolving, 'takes the code that the instance has'],
  ['4.2', 'two grants of OAuth, and tokens that end', client, 'asks for one token, by client credentials or with a password'],
  ['4.2', 'a token may stop counting', client, 'a token that is not taken any more'],
  ['4.2', 'API keys and JWT grants', { whyNot: 'Not offered: basic and OAuth are what every instance has.' }],
  ['4.3', '429 with two ways to say when', client, '429 says when to come again by Retry-After'],
  ['4.3', 'long requests are cancelled', client, '%s of a transaction quota may hide a write'],
  ['4.3', 'nodes count apart, so that limits are soft', { whyNot: 'Nothing counts on a limit: every 429 is taken as it comes.' }],
  ['4.4', 'the link to PagerDuty’s incident', resolving, 'finds the ticket by its link'],
  ['4.4', 'the literal that stands while it is made', resolving, '`---waiting---` is not yet'],
  ['4.4', 'another column in newer versions', resolving, 'knows the column of newer versions'],
  ['4.4', 'sync resolves the other side too', resolving, 'with sync on, the ticket is resolved once'],
  ['4.4', 'we write to one side', channel, 'with sync on, this side is written to'],
  ['4.5', 'no signature of its own: our contract', receive, 'every single changed byte of the body is refused'],
  ['4.5', 'what is lost is lost', instance, 'one that is lost is lost'],
  ['4.5', 'the key is sys_id and its count of changes', receive, 'it is named by sys_id and known again by its count'],
  ['4.5', 'our own changes come back', receive, 'what OpsSentinel opened or changed itself'],

  ['9', 'ServiceNow: an ignored query part', instance, 'a query part that it does not know is left out'],
  ['9', 'ServiceNow: 403 of a data policy', instance, 'both are 403'],
  ['9', 'ServiceNow: 429 with Retry-After', client, '429 says when to come again by Retry-After'],
  ['9', 'ServiceNow: a field dropped in silence', resolving, 'a field that was dropped silently is no resolution'],
  ['9', 'ServiceNow: the waiting link', resolving, '`---waiting---` is not yet'],
];
