import { counted } from '../../domain/words.js';
import type { RuleSet } from '../../rules/language/set.js';
import type { Colours } from '../output.js';
import { verdictWords } from './compare.js';
import type { Played } from './play.js';
import { failedOf, type Tested } from './test-rules.js';

const nameWidth = 26;

/** One line for each rule. */
export const ruleLines = ({ played }: Tested, { rules }: RuleSet, colours: Colours): string[] =>
  rules.map(({ name }) => {
    const own = played.filter((one) => one.case.rule === name);
    const failed = own.filter(({ differs }) => differs.length > 0).length;
    const state = failed > 0 ? colours.red('FAIL') : own.length > 0 ? colours.green('ok  ') : colours.yellow('-   ');
    const words =
      failed > 0
        ? `${failed} of ${counted(own.length, 'case')} failed`
        : own.length > 0
          ? counted(own.length, 'case')
          : 'no case';
    return `${state}  ${name.padEnd(nameWidth)}  ${words}`;
  });

/** Each failed case, and of it only what differs. */
export const failureLines = (tested: Tested, colours: Colours): string[] =>
  failedOf(tested).flatMap((one) => [
    '',
    `${colours.red('FAIL')}  ${one.case.rule}: ${one.case.name}`,
    `      ${one.case.at}`,
    ...differing(one),
  ]);

/** The lines that differ; where a case has several deliveries, each with which one it is. */
export const differing = ({ case: { deliveries }, differs }: Played): string[] =>
  differs.flatMap(({ delivery, lines }) => [
    ...(deliveries.length > 1 ? [`      delivery ${delivery + 1} of ${deliveries.length}`] : []),
    ...lines.map((line) => `      ${line}`),
  ]);

export const gapLines = ({ gaps }: Tested, asked: boolean, colours: Colours): string[] => {
  if (!asked) return [];
  if (gaps.length === 0)
    return ['', `${colours.green('ok  ')}  coverage: every condition seen true and false, every guard that is set, every step`];
  return ['', ...gaps.map(({ rule, at, says }) => `${colours.red('GAP ')}  ${rule.padEnd(nameWidth)}  ${says}  (${at})`)];
};

/** A case as scripts read it. */
export const caseItem = ({ case: { rule, name, at, deliveries }, found, differs }: Played) => ({
  kind: 'case',
  rule,
  name,
  at,
  ok: differs.length === 0,
  expected: deliveries.map(({ expected }) => verdictWords(expected)),
  found: found.map((one) => ({
    verdict: verdictWords(one),
    ...(one.target ? { target: one.target.id } : {}),
    ...(one.outcome ? { outcome: one.outcome } : {}),
  })),
  differs: differs.flatMap(({ lines }) => lines),
});
