import type { Json, JsonObject } from '../../../domain/json.js';

/** The simulated workspace. Nobody in it is a person; the first two have the addresses of PagerDuty's two levels. */
export const team = { id: 'TSANDBOX1', domain: 'sandbox' };
export const bot = { user: 'USBXBOT01', id: 'BSBXBOT01', app: 'ASBXAPP01' };
export const tokens = { bot: 'xoxb-sandbox-posts', users: 'xoxp-sandbox-reads-users' };

export interface SimUser {
  id: string;
  name: string;
  email: string;
  /** What is unusual of this one, as `users.info` shows it. */
  flags?: JsonObject;
}

export const users: readonly SimUser[] = [
  { id: 'USBXUSR02', name: 'approver', email: 'approver@sandbox' },
  { id: 'USBXUSR03', name: 'operator', email: 'operator@sandbox' },
  { id: 'USBXUSR04', name: 'bystander', email: 'bystander@sandbox' },
  {
    id: 'USBXUSR05',
    name: 'guest of another company',
    email: 'approver@sandbox',
    flags: { team_id: 'TELSEWHER', is_stranger: true },
  },
  { id: 'USBXUSR06', name: 'workflow', email: 'approver@sandbox', flags: { is_bot: true } },
  { id: 'USBXUSR07', name: 'gone', email: 'approver@sandbox', flags: { deleted: true } },
  { id: 'USBXUSR08', name: 'unconfirmed', email: 'approver@sandbox', flags: { is_email_confirmed: false } },
];

export interface SimMessage {
  ts: string;
  text: string;
  blocks: JsonObject[];
  metadata: Json;
  /** Whose: the bot's, or somebody else's that a test wrote. */
  user: string;
  bot_id?: string;
  edited: number;
}

export interface SimChannel {
  id: string;
  name: string;
  archived: boolean;
  member: boolean;
  messages: SimMessage[];
}

export interface Workspace {
  channels: SimChannel[];
  /** By id, or by name with or without its sign. */
  channel: (named: string) => SimChannel | undefined;
  /** A time that is nobody else's: Slack's id of a message. */
  nextTs: (now: number) => string;
  reset: () => void;
}

const fresh = (): SimChannel[] =>
  ['web-oncall', 'checkout-oncall', 'platform-oncall'].map((name, index) => ({
    id: `CSBXCHN0${index + 1}`,
    name,
    archived: false,
    member: true,
    messages: [],
  }));

export function createWorkspace(): Workspace {
  let last = 0;
  const workspace: Workspace = {
    channels: fresh(),
    channel: (named) => workspace.channels.find(({ id, name }) => id === named || name === named.replace(/^#/, '')),
    nextTs: (now) => {
      // Microseconds, each given once.
      last = Math.max(last + 1, Math.floor(now * 1000));
      return `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, '0')}`;
    },
    reset: () => void (workspace.channels = fresh()),
  };
  return workspace;
}
