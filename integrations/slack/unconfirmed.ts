import type { Unconfirmed } from '../contract/unconfirmed.js';

export const unconfirmed: readonly Unconfirmed[] = [
  {
    id: 'slack.metadata-of-own-messages',
    assumes: 'A bot reads the metadata of its own messages from conversations.history with the history scopes alone.',
    tryIt:
      'Have one incident reported, restart worker-tell before its next line, and see that the message is edited and not posted again.',
    rests: ['integrations/slack/put.ts'],
  },
  {
    id: 'slack.metadata-size',
    assumes: 'Metadata takes a marker and a hash, about 300 characters, without an event type being declared anywhere.',
    tryIt: 'Post one message; the answer has no warning about metadata, and the history shows it.',
    rests: ['integrations/slack/put.ts'],
  },
  {
    id: 'slack.rich-text-length',
    assumes: 'A rich text block of up to 7,000 characters is taken; no page names its limit.',
    tryIt:
      'Have an incident with a ladder of five steps reported; msg_blocks_too_long or invalid_blocks would be in the log of worker-tell.',
    rests: ['integrations/slack/blocks.ts'],
  },
  {
    id: 'slack.bare-answer',
    assumes:
      'A pressed button is content with 200 and no body, shows the presser a warning for any other answer, and is not sent again.',
    tryIt: 'Press a button; then stop the API, press again, and see the warning and that nothing arrives when the API is back.',
    rests: ['integrations/slack/sources/slack.ts'],
  },
  {
    id: 'slack.enterprise-teams',
    assumes: 'In an Enterprise organisation team.id of a press and team_id of users.info both name the workspace of the app.',
    tryIt: 'Press a button in such an organisation; the journal says "another workspace" where they do not.',
    rests: ['integrations/slack/receive.ts', 'integrations/slack/person.ts'],
  },
  {
    id: 'slack.confirmed-email',
    assumes:
      'users.info tells of a full member whether the e-mail is confirmed; where the field is missing it counts as confirmed.',
    tryIt: 'Read users.info of one member with the token of the door, and look for is_email_confirmed.',
    rests: ['integrations/slack/person.ts'],
  },
];
