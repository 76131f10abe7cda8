import { type Command, Option } from 'commander';
import { type Context, type OutputOptions, print } from '../context.js';
import { Failure } from '../failure.js';
import { diffRules } from '../rules/diff.js';
import { type Compared, differenceLines, differenceMarkdown, differenceWords } from '../rules/diff-print.js';
import { rulesAt } from '../rules/revision.js';

type DiffOptions = OutputOptions & { format: 'pretty' | 'github' };

/** `rules diff`. */
export function addRulesDiff(rules: Command, context: Context): void {
  rules
    .command('diff')
    .description(
      'what two sets of rules mean otherwise: rule by rule, in words, and what of it is looser. Exit 0 the same, 1 not',
    )
    .argument('<before>', 'a folder, or a git revision such as HEAD or main of the repository that the other folder is in')
    .argument('<after>', 'the same')
    .addOption(
      new Option('--format <format>', 'for people, or as Markdown for the comment of a pull request')
        .choices(['pretty', 'github'])
        .default('pretty'),
    )
    .action((before: string, after: string, options: DiffOptions) => diff(context, before, after, options));
}

async function diff(context: Context, before: string, after: string, options: DiffOptions): Promise<void> {
  const [one, other] = await Promise.all([rulesAt(context, before, after), rulesAt(context, after, before)]);
  const compared: Compared = {
    before: { shown: one.shown, hash: one.set.hash },
    after: { shown: other.shown, hash: other.set.hash },
    documents: diffRules(one.set, other.set),
  };
  if (options.output !== 'json' && options.format === 'github') context.terminal.out(differenceMarkdown(compared));
  else print(context, options, 'RulesDiff', compared.documents, (colours) => differenceLines(compared, colours).join('\n'));
  if (compared.documents.length > 0) throw new Failure('failed', `the rules differ: ${differenceWords(compared)}`);
}
