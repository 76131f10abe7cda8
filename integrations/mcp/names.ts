import { z } from 'zod';

/** A server, as MCP_SERVERS names it. */
export const serverName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'is the name of a server in MCP_SERVERS: lower-case letters, digits and -, at most 32');

/** A tool's name: 1 to 128 letters, digits, `_`, `-`, `.` and `/` (specification, server/tools: Tool Names); no option parser's dash first. */
export const toolName = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}$/,
    'is the name of a tool: letters, digits and _ . / -, beginning with a letter, digit or _',
  )
  .refine((name) => !name.split('/').includes('..'), 'climbs with ..');

export const pin = z
  .string()
  .regex(
    /^[0-9a-f]{64}$/,
    "is the SHA-256 of the tool's definition in lower-case hex; `opssentinel mcp pin SERVER TOOL` prints it",
  );

/** A text that may travel to a tool. */
// Anchored, no white space, no quotes, no braces, no `$`, never a dash first: nothing that a shell, a template or an option parser reads.
export const argumentText = z
  .string()
  .max(512, 'is longer than 512 characters')
  .regex(/^[A-Za-z0-9/][A-Za-z0-9._:/-]*$/, 'may hold only letters, digits and . _ : / - and begins with a letter, a digit or /')
  .refine((value) => !value.split('/').includes('..'), 'holds a path that climbs with ..');

export const argumentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, 'is a name of at most 64 letters, digits, _ and -')
  // What an object would answer to by inheritance is no name of anybody's.
  .refine((name) => !['__proto__', 'constructor', 'prototype'].includes(name), 'is not a name that an argument can have');
