import { z } from 'zod';
import { open, remote, secret, type Variables } from '../../domain/variable.js';
import { address, text, token } from '../wire/settings.js';

/** How to reach one workspace. Holds a secret: never logged, never in an error. */
export interface SlackConfig {
  token: string;
  /** Base address of the Web API, without a slash at the end. */
  apiUrl: string;
}

export const slackVariables: Variables = {
  SLACK_BOT_TOKEN: secret('Token of the Slack app’s bot (xoxb-…): it posts and edits messages.'),
  SLACK_SIGNING_SECRET: secret('Signing secret of the Slack app: proves that a pressed button comes from Slack.'),
  SLACK_USERS_TOKEN: secret(
    'Token by which the door asks Slack who pressed a button: users:read and users:read.email are all that it needs.',
  ),
  SLACK_TEAM_ID: open('Id of the Slack workspace (T…) whose people may decide. Unset: that of SLACK_USERS_TOKEN.'),
  SLACK_API_URL: remote('Base address of the Slack Web API, if not https://slack.com/api.'),
};

const standardUrl = 'https://slack.com/api';

/** The environment to a config; `undefined` without the bot's token. */
export const slackConfig = z
  .object({ SLACK_BOT_TOKEN: token, SLACK_API_URL: address(standardUrl) })
  .transform((env): SlackConfig | undefined =>
    env.SLACK_BOT_TOKEN === undefined ? undefined : { token: env.SLACK_BOT_TOKEN, apiUrl: env.SLACK_API_URL ?? standardUrl },
  );

/** What the door of the buttons needs. Its token reads people and can post nothing. Holds secrets. */
export interface SlackDoor {
  signingSecret: string;
  users: SlackConfig;
  /** The workspace; `undefined`: the one that the token belongs to. */
  team: string | undefined;
}

/** `undefined` without a signing secret: the door is closed. */
export const slackDoor = z
  .object({
    SLACK_SIGNING_SECRET: text.refine(
      (value) => value === undefined || value.length >= 8,
      'is too short for a secret: copy the Signing Secret from the Slack app’s page “Basic Information”',
    ),
    SLACK_USERS_TOKEN: token,
    SLACK_TEAM_ID: text.refine(
      (value) => value === undefined || /^T[A-Z0-9]{5,20}$/.test(value),
      'is not the id of a workspace, such as T0123ABCD',
    ),
    SLACK_API_URL: address(standardUrl),
  })
  .superRefine(({ SLACK_SIGNING_SECRET: signingSecret, SLACK_USERS_TOKEN: users }, context) => {
    if (signingSecret !== undefined && users === undefined)
      context.addIssue({
        code: 'custom',
        path: ['SLACK_USERS_TOKEN'],
        message:
          'is not set, although SLACK_SIGNING_SECRET is: without it nobody can be told by whom a button was pressed; ' +
          'give it a token of the same app with users:read and users:read.email',
      });
  })
  .transform((env): SlackDoor | undefined => {
    const { SLACK_SIGNING_SECRET: signingSecret, SLACK_USERS_TOKEN: users } = env;
    if (signingSecret === undefined || users === undefined) return undefined;
    return { signingSecret, users: { token: users, apiUrl: env.SLACK_API_URL ?? standardUrl }, team: env.SLACK_TEAM_ID };
  });
