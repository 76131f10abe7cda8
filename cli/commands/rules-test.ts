import { type Command, Option } from 'commander';
import { dirname, join } from 'node:path';
import { counted } from '../../domain/words.js';
import type { RuleSet } from '../../rules/language/set.js';
import { asGithub, asJunit } from '../cases/formats.js';
import { caseItem, failureLines, gapLines, ruleLines } from '../cases/print.js';
import { failedOf, testRules, type Tested } from '../cases/test-rules.js';
import { type Context, type OutputOptions, print } from '../context.js';
import { Failure } from '../failure.js';
import { loadOrRefuse, rulesArgument, rulesDirFor } from '../loaded-rules.js';
import { shownPath } from '../paths.js';

interface TestOptions extends OutputOptions {
  coverage?: true;
  format: 'pretty' | 'junit' | 'github';
}

/** `rules test`. */
export function addRulesTest(rules: Command, context: Context): void {
  rules
    .command('test')
    .description(
      'plays every *.cases.yaml beside the rules: recorded deliveries, what the world would answer, what must come of it',
    )
    .argument(...rulesArgument)
    .option(
      '--coverage',
      'fail also where a condition was never true or never false, a guard that a rule sets never refused, or a step was never come to',
    )
    .addOption(
      new Option('--format <format>', 'for people, for a CI that reads JUnit, or as annotations of GitHub')
        .choices(['pretty', 'junit', 'github'])
        .default('pretty'),
    )
    .action((dir: string | undefined, options: TestOptions) => test(context, dir, options));
}

async function test(context: Context, dir: string | undefined, options: TestOptions): Promise<void> {
  const folder = rulesDirFor(context, dir);
  const { set, ...installed } = await loadOrRefuse(folder);
  const tested = await testRules(set, installed);
  const shown = shownPath(folder, context.cwd);
  if (tested.played.length === 0)
    throw new Failure('failed', `there is no case in ${shown}; write <rule>.cases.yaml beside a rule, as rules/README.md shows`);
  const gaps = options.coverage ? tested.gaps : [];
  const told: Tested = { ...tested, gaps };
  tell(context, options, told, set);
  const failed = failedOf(tested).length;
  const words = [
    ...(failed > 0 ? [`${counted(failed, 'case')} of ${tested.played.length} failed`] : []),
    ...(gaps.length > 0 ? [`${counted(gaps.length, 'gap')} in the coverage`] : []),
  ];
  if (words.length > 0) throw new Failure('failed', `${words.join(', ')} in ${shown}`);
}

function tell(context: Context, options: TestOptions, tested: Tested, set: RuleSet): void {
  // Files of problems and cases are named from the folder above the rules; CI wants them from where it stands.
  const fileOf = (at: string): string => shownPath(join(dirname(set.dir), at.replace(/:\d+$/, '')), context.cwd);
  if (options.output !== 'json' && options.format !== 'pretty') {
    context.terminal.out(options.format === 'junit' ? asJunit(tested, fileOf) : asGithub(tested, fileOf));
    return;
  }
  const items = [...tested.played.map(caseItem), ...tested.gaps.map((gap) => ({ kind: 'gap', ok: false, ...gap }))];
  print(context, options, 'RulesTest', items, (colours) =>
    [
      ...ruleLines(tested, set, colours),
      ...failureLines(tested, colours),
      ...gapLines(tested, options.coverage === true, colours),
      '',
      `${passWords(tested)}, ${counted(set.rules.length, 'rule')}, by the figures of production`,
    ].join('\n'),
  );
}

function passWords(tested: Tested): string {
  const [all, failed] = [tested.played.length, failedOf(tested).length];
  return failed === 0 ? `${counted(all, 'case')} pass` : `${all - failed} of ${counted(all, 'case')} pass`;
}
