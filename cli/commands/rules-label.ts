import { type Command, Option } from 'commander';
import { apiClient, type Context, type OutputOptions, print } from '../context.js';
import { Failure } from '../failure.js';
import { loadOrRefuse, rulesDirFor, rulesOption } from '../loaded-rules.js';
import { learnedLines, suggestions } from '../promote/learned.js';
import { ruleIn } from '../promote/named.js';

interface LabelOptions extends OutputOptions {
  right?: boolean;
  wrong?: boolean;
  reason?: string;
}

/** `rules label`, `rules learned`. */
export function addRulesLabel(rules: Command, context: Context): void {
  rules
    .command('label')
    .description('say whether what a rule concluded was right: once, where nobody could see it, or that it was wrong after all')
    .argument('<incident>', 'an incident id')
    .option('--right', 'it would have been, or was, the right thing')
    .addOption(new Option('--wrong', 'it would not have been, or was not').conflicts('right'))
    .option('--reason <text>', 'why: whoever promotes the rule reads it')
    .action((incident: string, options: LabelOptions) => label(context, incident, options));
  rules
    .command('learned')
    .description(
      "how long a rule's recoveries took, what verification goes by, and how often there was nothing to do. Changes nothing",
    )
    .argument('<rule>', 'its name')
    .requiredOption('--env <name>', 'in which environment')
    .option(...rulesOption)
    .action((rule: string, options: OutputOptions & { env: string; rules?: string }) => learned(context, rule, options));
}

async function label(context: Context, incident: string, { right, wrong, reason, ...options }: LabelOptions): Promise<void> {
  if (right !== true && wrong !== true) throw new Failure('usage', 'Say --right or --wrong');
  const body = { label: right === true ? 'right' : 'wrong', ...(reason === undefined ? {} : { reason }) } as const;
  const answer = await apiClient(context, 'operator').label(incident, body);
  print(context, options, 'Label', [answer], (colours) =>
    [answer.says, ...(answer.demoted === undefined ? [] : [`${colours.yellow('DEMOTED')}  ${answer.demoted}`])].join('\n'),
  );
}

async function learned(
  context: Context,
  name: string,
  { env, rules, ...options }: OutputOptions & { env: string; rules?: string },
): Promise<void> {
  const { set } = await loadOrRefuse(rulesDirFor(context, rules));
  const rule = ruleIn(set, name, env);
  const record = await apiClient(context, 'viewer').ruleRecord(name, env, rule.logicHash);
  const suggested = suggestions(record.learned);
  print(context, options, 'Learned', [{ rule: name, logicHash: rule.logicHash, ...record.learned, suggested }], () => {
    const lines = learnedLines(record.learned);
    if (lines.length === 0) return `Nothing was learned of ${name} yet: no run of this logic has been verified or judged.`;
    return [
      ...lines,
      ...(suggested.length === 0 ? [] : ['', 'SUGGESTED  nothing takes it by itself', ...suggested.map((line) => `  ${line}`)]),
    ].join('\n');
  });
}
