import { type Command, Option } from 'commander';
import { readFile } from 'node:fs/promises';
import { apiClient, type Context, type OutputOptions, print, say } from '../context.js';
import { loadOrRefuse, rulesDirFor, rulesOption } from '../loaded-rules.js';
import { type Edit, editMode } from '../promote/edit.js';
import { fileOf, pathOf, ruleIn } from '../promote/named.js';

interface DemoteOptions extends OutputOptions {
  env: string;
  to: 'observe' | 'approve';
  rules?: string;
  reason: string;
}

/** `rules demote`. */
export function addRulesDemote(rules: Command, context: Context): void {
  rules
    .command('demote')
    .description('have a rule ask again, at once and everywhere, until the hold is lifted; names the line to change')
    .argument('<rule>', 'its name')
    .requiredOption('--env <name>', 'whose line is to be changed')
    .addOption(new Option('--to <mode>', 'what the file should say').choices(['observe', 'approve']).default('approve'))
    .requiredOption('--reason <text>', 'why: whoever looks later reads it')
    .option(...rulesOption)
    .action((rule: string, options: DemoteOptions) => demote(context, rule, options));
}

async function demote(context: Context, name: string, options: DemoteOptions): Promise<void> {
  // First of all it asks; a rule that cannot be found in the files here may be in force all the same.
  const scope = `rule:${name}`;
  const hold = await apiClient(context, 'operator').stop({ kind: 'demotion', scope, reason: options.reason });
  const change = await lineToChange(context, name, options);
  const { text: _text, ...shown } = change ?? { text: '' };
  print(context, options, 'Demotion', [{ hold, ...(change === undefined ? {} : { change: shown }) }], (colours) =>
    [
      `${colours.yellow('DEMOTED')}  ${name} asks before it acts, in every environment, from now on. Lift it with: opssentinel resume ${hold.id}`,
      ...(change === undefined ? [] : ['', `TO BE CHANGED  ${change.at}`, `  - ${change.before}`, `  + ${change.after}`]),
    ].join('\n'),
  );
}

async function lineToChange(context: Context, name: string, { env, to, rules }: DemoteOptions): Promise<Edit | undefined> {
  try {
    const { set } = await loadOrRefuse(rulesDirFor(context, rules));
    const rule = ruleIn(set, name, env);
    return editMode(await readFile(pathOf(set, rule), 'utf8'), fileOf(rule), { rule: name, environment: env, to });
  } catch (error) {
    say(context, `Which line is to be changed is not known here: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
