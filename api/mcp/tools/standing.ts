import { z } from 'zod';
import { closedCalendars } from '../../closed-calendars.js';
import { rulesNow } from '../../rules-now.js';
import { HoldList, RulesSummary } from '../../shapes.js';
import { defineTool, readRate } from '../tool.js';

export const listRules = defineTool({
  name: 'list_rules',
  title: 'List rules',
  description: 'The loaded rules with their modes and hashes, and what the last reload found wrong.',
  scope: 'viewer',
  input: z.strictObject({}),
  output: RulesSummary,
  rate: readRate,
  elsewhere: 'read them over REST: GET /api/v1/rules',
  handle: rulesNow,
});

export const listHolds = defineTool({
  name: 'list_holds',
  title: 'List holds',
  description:
    'Everything that says no at the moment: stops, freezes, maintenance, and calendars outside that were closed when last read. None can be placed or lifted here.',
  scope: 'viewer',
  input: z.strictObject({}),
  output: HoldList,
  rate: readRate,
  elsewhere: 'read them over REST: GET /api/v1/holds',
  handle: async ({ ledger }) => ({ holds: await ledger.holds(), closed: await closedCalendars(ledger) }),
});
