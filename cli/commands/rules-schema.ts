import type { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { rulesJsonSchema } from '../../rules/language/json-schema.js';
import { type Context, type OutputOptions, print, say } from '../context.js';
import { Failure } from '../failure.js';
import { shownPath } from '../paths.js';

/** `rules schema`. */
export function addRulesSchema(rules: Command, context: Context): void {
  rules
    .command('schema')
    .description('JSON Schema of rules, runbooks, policy and cases, with what each key means: editors complete and check by it')
    .option('--write <file>', 'into a file, for # yaml-language-server: $schema=…; it is made anew each time')
    .action((options: OutputOptions & { write?: string }) => schema(context, options));
}

async function schema(context: Context, options: OutputOptions & { write?: string }): Promise<void> {
  const made = rulesJsonSchema();
  const text = JSON.stringify(made, undefined, 2);
  if (options.write === undefined) return print(context, options, 'RulesSchema', [made], () => text);
  const path = resolve(context.cwd, options.write);
  try {
    await writeFile(path, `${text}\n`);
  } catch (error) {
    throw new Failure('failed', `${options.write} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
  const file = shownPath(path, context.cwd);
  print(context, options, 'RulesSchemaFile', [{ file: path }], () => `wrote  ${file}`);
  say(context, `As the first line of a file of rules, with the path from there:\n# yaml-language-server: $schema=${file}`);
}
