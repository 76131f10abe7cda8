import type { Command } from 'commander';
import { didYouMean } from '../../domain/nearest.js';
import { type Context, type OutputOptions, print } from '../context.js';
import { Failure } from '../failure.js';
import { installation } from '../installation.js';
import { hanging } from '../output.js';
import { fieldOwners, type ReadableField, readableFields } from '../rules/fields.js';

const columns = 100;

/** `rules fields`. */
export function addRulesFields(rules: Command, context: Context): void {
  rules
    .command('fields')
    .description('every field that a rule may read: its type, where it comes from, an example. Needs no connection')
    .argument('[type]', 'alert, incident, or a target type such as aws.ec2.instance; all when left out')
    .action((type: string | undefined, options: OutputOptions) => fields(context, type, options));
}

function fields(context: Context, type: string | undefined, options: OutputOptions): void {
  const { registry } = installation({});
  const owners = fieldOwners(registry);
  if (type !== undefined && !owners.includes(type))
    throw new Failure('notFound', `there is nothing called ${type}${didYouMean(type, owners)}; there are ${owners.join(', ')}`);
  const all = readableFields(registry).filter(({ of }) => type === undefined || of === type);
  print(context, options, 'RulesFields', all, () =>
    owners
      .filter((of) => all.some((field) => field.of === of))
      .map((of) =>
        section(
          of,
          all.filter((field) => field.of === of),
        ),
      )
      .join('\n\n'),
  );
}

function section(of: string, fields: readonly ReadableField[]): string {
  const width = Math.max(...fields.map(({ field }) => field.length)) + 2;
  const lines = fields.flatMap(({ field, type, says, from, example, optional }) => [
    `  ${field.padEnd(width)}${hanging([optional ? `${type}, may be absent.` : `${type}.`, says].join(' ').trim(), width + 2, columns)}`,
    `  ${' '.repeat(width)}${hanging(`from ${from}`, width + 2, columns)}`,
    `  ${' '.repeat(width)}${example}`,
  ]);
  return [`${of}: read by ${fields[0]?.readBy ?? ''}`, ...lines].join('\n');
}
