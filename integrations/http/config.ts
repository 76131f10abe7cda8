import { z } from 'zod';
import { open, type Variables } from '../../domain/variable.js';
import { text } from '../wire/settings.js';

/** What may be asked, by name. The addresses come from whoever runs this product, so private ones are among them. */
export interface HttpConfig {
  probes: ReadonlyMap<string, string>;
}

/** How a rule names a probe. */
export const probeName = /^[a-z0-9][a-z0-9-]{0,62}$/;
const mostProbes = 200;

export const httpVariables: Variables = {
  // A service on this machine may be probed: no `remote`.
  HTTP_PROBES: open(
    'Addresses that the check http.probe may ask: `checkout=https://checkout.example.com/healthz`, separated by commas. They hold no secret.',
  ),
};

const isAddress = (value: string): boolean =>
  URL.canParse(value) &&
  /^https?:$/.test(new URL(value).protocol) &&
  new URL(value).username === '' &&
  new URL(value).hash === '';

/** The environment to a config; `undefined` when it is not set. */
export const httpConfig = z.object({ HTTP_PROBES: text }).transform((env, context): HttpConfig | undefined => {
  if (env.HTTP_PROBES === undefined) return undefined;
  const wrong = (message: string): undefined => {
    context.addIssue({ code: 'custom', path: ['HTTP_PROBES'], message });
    return undefined;
  };
  const probes = new Map<string, string>();
  for (const [index, part] of env.HTTP_PROBES.split(',').entries()) {
    // The first `=` ends the name: an address may hold others.
    const [, name = '', address = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    const where = `part ${index + 1}`;
    if (!probeName.test(name)) return wrong(`${where} has no name of lower-case letters, digits and -; write name=https://…`);
    if (!isAddress(address))
      return wrong(`${where} (${name}) is not an http or https address without user and fragment; write a comma in it as %2C`);
    if (probes.has(name)) return wrong(`${where} names ${name} a second time`);
    probes.set(name, address);
  }
  return probes.size > mostProbes ? wrong(`has more than ${mostProbes} probes`) : { probes };
});
