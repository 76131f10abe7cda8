import { z } from 'zod';
import { argumentName, argumentText, pin, serverName, toolName } from './names.js';

const headerName = /^[A-Za-z0-9-]{1,64}$/;
/** Set by the protocol, the connection or `token`. */
const reserved = /^(mcp-.*|accept|connection|content-(length|type)|cookie|host|last-event-id|transfer-encoding)$/i;
const printable = /^[\x20-\x7e]{1,4096}$/;

const headers = z.record(
  z
    .string()
    .regex(headerName, 'is the name of an HTTP header')
    .refine((name) => !reserved.test(name), 'is set by the protocol; remove it'),
  z.string().regex(printable, 'must be text of one line, without characters beyond ASCII'),
);

/** A value of a read's arguments: written down, or the target's own name. */
const readArgument = z.union(
  [
    argumentText,
    z.number(),
    z.boolean(),
    z.strictObject({ from: z.enum(['target.name', 'target.namespace'], 'can be target.name or target.namespace') }),
  ],
  'must be plain text, a number, true or false, or {"from": "target.name"} or {"from": "target.namespace"}',
);

const read = z.strictObject({
  tool: toolName,
  sha256: pin,
  arguments: z.record(argumentName, readArgument).default({}),
});

const common = {
  account: z
    .string()
    .regex(/^[0-9]{12}$/, 'is the account of 12 digits under which the policy knows this place')
    .optional(),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'is the region under which the policy knows this place')
    .optional(),
  timeoutSeconds: z.int().min(1).max(50, 'is at most 50: an effect has to be begun and answered within a minute').default(30),
  reads: z.record(serverName, read).default({}),
};

const overHttp = z.strictObject({
  transport: z.enum(['http', 'sse']).default('http'),
  url: z
    .string()
    .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), 'is an http or https address')
    .refine(
      (value) => !URL.canParse(value) || new URL(value).username === '',
      'holds a user name; put credentials into token or headers',
    ),
  token: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'holds a space or a character that no token has')
    .optional(),
  headers: headers.default({}),
  ...common,
});

const overStdio = z.strictObject({
  transport: z.literal('stdio'),
  command: z
    .array(
      z
        .string()
        .min(1)
        .refine((part) => !part.includes('\0'), 'holds a NUL character'),
    )
    .min(1, 'is a list: the program, then its arguments; no shell reads it'),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is the name of a variable'), z.string()).default({}),
  ...common,
});

/** One server of MCP_SERVERS. Holds secrets: never logged, never in an error. */
export const serverEntry = z
  .preprocess(withTransport, z.discriminatedUnion('transport', [overHttp, overStdio], 'can be http, sse or stdio'))
  .superRefine((entry, context) => {
    if ((entry.account === undefined) !== (entry.region === undefined))
      context.addIssue({ code: 'custom', path: ['account'], message: 'and region belong together; give both or none' });
    if (entry.account === undefined && Object.keys(entry.reads).length > 0)
      context.addIssue({
        code: 'custom',
        path: ['account'],
        message: 'and region are missing: what is read here becomes a target, and a target has a place',
      });
    if (entry.transport !== 'stdio' && entry.token !== undefined && namesAuthorization(entry.headers))
      context.addIssue({ code: 'custom', path: ['token'], message: 'and headers.Authorization say the same; keep one of them' });
  });

export type ServerEntry = z.infer<typeof serverEntry>;
export type PinnedRead = z.infer<typeof read>;

const namesAuthorization = (given: Readonly<Record<string, string>>): boolean =>
  Object.keys(given).some((name) => name.toLowerCase() === 'authorization');

/** An address is HTTP, a command is stdio, where nothing else is said. */
function withTransport(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry) || Object.hasOwn(entry, 'transport')) return entry;
  return { transport: Object.hasOwn(entry, 'command') ? 'stdio' : 'http', ...entry };
}

/** Everything of an entry that must not be shown, long enough to be a secret at all. */
export function secretsOf(entry: ServerEntry): string[] {
  if (entry.transport === 'stdio') return Object.values(entry.env).filter(longEnough);
  const given = Object.values(entry.headers);
  // `Bearer abc` is withheld as a whole and as its last word.
  const words = given.flatMap((value) => [value, value.split(' ').at(-1) ?? '']);
  return [entry.token ?? '', ...words, ...new URL(entry.url).searchParams.values()].filter(longEnough);
}

const longEnough = (text: string): boolean => text.length > 4;
