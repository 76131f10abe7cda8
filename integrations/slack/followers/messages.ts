import type { LedgerRecord } from '../../../domain/record.js';
import type { FollowerDefinition, FollowerReads } from '../../contract/follower.js';
import { written } from '../blocks.js';
import type { SlackClient } from '../client.js';
import { put, type SlackCall } from '../put.js';
import { isAsk, isWord, questionIn, textOf } from './question.js';

/** The phase whose one message a line is, by its `once`; what was lent on several targets has one for each: `gaveBack 2 of 3`. */
const phaseOf = (once = ''): string | undefined =>
  once === 'report' ? once : /^gaveBack(?: \d+ of \d+)?$/.test(once) ? once.replace('gaveBack', 'giveBack') : undefined;

/**
 * A message per phase in the channel that the line names, edited, never repeated: the question with its buttons, the report, and what
 * was given back. Whoever decides anywhere takes the buttons away. A line without a channel is told nobody here.
 */
export const slackMessages: FollowerDefinition<SlackClient> = {
  id: 'slack.messages',
  summary: 'A message per phase in the team’s channel, with buttons where a word is wanted.',
  permissions: ['chat:write', 'channels:history', 'channels:read', 'groups:history', 'groups:read'],
  batch: 20,
  wants: (line) => textOf(line, 'slack') !== undefined || isWord(line),
  deliver: async (call, lines, reads) => {
    for (const line of lines) await tell(call, line, reads);
  },
};

async function tell(call: SlackCall, line: LedgerRecord, reads: FollowerReads): Promise<void> {
  if (isAsk(line) || isWord(line)) return ask(call, line.incident, reads);
  const [phase, room, text] = [phaseOf(line.once), textOf(line, 'slack'), textOf(line, 'text')];
  if (phase === undefined || room === undefined || text === undefined) return;
  const place = { room, marker: markerOf(line.incident, phase), since: line.at };
  await put(call, place, written(text, reads.link(line.incident)));
  // What was asked is answered, expired or pointless by now.
  if (phase === 'report') await ask(call, line.incident, reads);
}

async function ask(call: SlackCall, incident: string, reads: FollowerReads): Promise<void> {
  const lines = await reads.timeline(incident);
  const question = questionIn(lines, await reads.decision(incident), reads.link(incident), call.now());
  if (!question) return;
  const { room, since, open, message } = question;
  // Told late, a question that is settled is edited where it stands, and asked nobody anew.
  await put(call, { room, marker: markerOf(incident, 'approval'), since }, message, !open);
}

const markerOf = (incident: string, phase: string): string => `opssentinel ${incident} ${phase}`;
