import { z } from 'zod';
import { open, secret, type Variables } from '../../domain/variable.js';
import { text } from '../wire/settings.js';

/** What may be asked, by name. The addresses come from whoever runs this product, so private ones are among them. */
export interface HttpConfig {
  probes: ReadonlyMap<string, string>;
  calendars: ReadonlyMap<string, string>;
}

/** How a rule names a probe, and a policy a calendar. */
export const addressName = /^[a-z0-9][a-z0-9-]{0,62}$/;
const mostAddresses = 200;

export const httpVariables: Variables = {
  // A service on this machine may be probed: no `remote`.
  HTTP_PROBES: open(
    'Addresses that the check http.probe may ask: `checkout=https://checkout.example.com/healthz`, separated by commas. They hold no secret.',
  ),
  // Who knows the address of a shared calendar can read it.
  HTTP_CALENDARS: secret(
    'Calendar files that http.ical may read: `freezes=https://calendar.example.com/freezes.ics`, separated by commas.',
  ),
};

const isAddress = (value: string): boolean =>
  URL.canParse(value) &&
  /^https?:$/.test(new URL(value).protocol) &&
  new URL(value).username === '' &&
  new URL(value).hash === '';

/** The environment to a config; `undefined` when nothing of it is set. */
export const httpConfig = z
  .object({ HTTP_PROBES: text, HTTP_CALENDARS: text })
  .transform((env, context): HttpConfig | undefined => {
    if (env.HTTP_PROBES === undefined && env.HTTP_CALENDARS === undefined) return undefined;
    const read = (variable: keyof typeof env): ReadonlyMap<string, string> =>
      addresses(env[variable], (message) => context.addIssue({ code: 'custom', path: [variable], message }));
    return { probes: read('HTTP_PROBES'), calendars: read('HTTP_CALENDARS') };
  });

/** `name=address, …`. What is wrong is said without the address. */
function addresses(value: string | undefined, wrong: (message: string) => void): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [index, part] of (value?.split(',') ?? []).entries()) {
    // The first `=` ends the name: an address may hold others.
    const [, name = '', address = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    const where = `part ${index + 1}`;
    if (!addressName.test(name)) wrong(`${where} has no name of lower-case letters, digits and -; write name=https://…`);
    else if (!isAddress(address))
      wrong(`${where} (${name}) is not an http or https address without user and fragment; write a comma in it as %2C`);
    else if (found.has(name)) wrong(`${where} names ${name} a second time`);
    found.set(name, address);
  }
  if (found.size > mostAddresses) wrong(`names more than ${mostAddresses} addresses`);
  return found;
}
