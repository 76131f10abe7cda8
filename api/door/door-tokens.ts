import { matching, parseEntries, tokenPattern } from '../token-entries.js';

/** Every door that takes a token. */
export const everyDoor = '*';

/** Who may send to which door. */
export interface DoorTokens {
  /** The doors that entries name, `*` among them. */
  doors: ReadonlySet<string>;
  /** Whether anybody has a token for this door. */
  open: (door: string) => boolean;
  /** Name of the token's holder, if this token is one of this door. Constant time. */
  authenticate: (token: string, door: string) => string | undefined;
}

/**
 * Reads OPSSENTINEL_DOOR_TOKENS: `name:door:sha256hex`, comma-separated; `door` is the id of a door or `*`. A name may stand twice per
 * door. Throws an Error that lists every wrong entry by its number, and never prints one.
 */
export function parseDoorTokens(text: string | undefined): DoorTokens {
  const entries = parseEntries(text, {
    variable: 'OPSSENTINEL_DOOR_TOKENS',
    part: 'door',
    is: (door): door is string => door === everyDoor || /^[a-z0-9][a-z0-9._-]{0,63}$/.test(door),
    allowed: 'the id of a door, or *',
    perName: ({ name, what }) => `${name} at ${what === everyDoor ? 'every door' : `the door ${what}`}`,
  });
  const doors = new Set(entries.map(({ what }) => what));
  const find = matching(entries);
  return {
    doors,
    open: (door) => doors.has(door) || doors.has(everyDoor),
    authenticate: (token, door) => {
      const entry = find(token);
      return entry && (entry.what === door || entry.what === everyDoor) ? entry.name : undefined;
    },
  };
}

/**
 * The tokens that a request shows: as Bearer, as the password of Basic (what monitoring tools offer for webhooks), or in a header of its
 * own. A header that came twice holds a comma by now, and so shows none.
 */
export function shownTokens(headers: Readonly<Record<string, string>>): string[] {
  const { authorization = '' } = headers;
  const [, bearer] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
  const [, basic] = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? [];
  const shown = [bearer, basic && passwordOf(basic), headers['x-opssentinel-token'], headers['x-api-key']];
  return [...new Set(shown)].filter((token): token is string => token !== undefined && tokenPattern.test(token));
}

function passwordOf(basic: string): string | undefined {
  const text = Buffer.from(basic, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}
