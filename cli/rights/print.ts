import type { RightsFile, RightsLine } from '../../integrations/contract/rights.js';
import { type Colours, hanging } from '../output.js';

/** What, on what, why: an account after the other, statement by statement. */
export function rightsText(files: readonly RightsFile[], colours: Colours, columns: number): string {
  return [...new Set(files.map(({ account }) => account))]
    .map((account) =>
      [
        colours.bold(`account ${account}`),
        ...files.filter((file) => file.account === account).map((file) => fileText(file, colours, columns)),
      ].join('\n'),
    )
    .join('\n\n');
}

function fileText({ name, role, summary, lines }: RightsFile, colours: Colours, columns: number): string {
  const head = `  ${[role, name].filter(Boolean).join('  ')}  ${colours.dim(summary)}`;
  return [head, ...lines.map((line) => lineText(line, columns))].join('\n');
}

const indent = 11;

function lineText({ sid, actions, resources, conditions, because }: RightsLine, columns: number): string {
  const rows: [string, string][] = [
    ['may', actions.join(', ')],
    ['on', resources.join(', ')],
    ...(conditions === undefined ? [] : [['if', conditionText(conditions)] satisfies [string, string]]),
    ['for', because.join(', ')],
  ];
  return [`    ${sid}`, ...rows.map(([word, text]) => `      ${word.padEnd(indent - 6)}${hanging(text, indent, columns)}`)].join(
    '\n',
  );
}

function conditionText(conditions: NonNullable<RightsLine['conditions']>): string {
  return Object.values(conditions)
    .flatMap((keys) => Object.entries((keys ?? {}) as object))
    .map(([key, value]) => `${key} is ${[value].flat().map(String).join(' or ')}`)
    .join(', and ');
}
