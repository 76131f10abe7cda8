import { shortHash } from '../../domain/plan.js';
import { counted, listed } from '../../domain/words.js';
import type { Colours } from '../output.js';
import { hanging, oneLine } from '../output.js';
import type { Change, DocumentDiff } from './diff.js';
import type { Effect } from './loosens.js';

const columns = 100;

/** Two sets that were compared. */
export interface Compared {
  before: { shown: string; hash: string };
  after: { shown: string; hash: string };
  documents: DocumentDiff[];
}

const effectWords: Readonly<Record<Effect, string>> = {
  looser: 'looser',
  maybe: 'may be looser',
  stricter: 'stricter',
  neither: '',
};

/** `2 documents differ, 1 change is looser, 1 may be`. */
export function differenceWords({ documents }: Compared): string {
  const of = (effect: Effect): number =>
    documents.flatMap(({ changes }) => changes).filter((change) => change.effect === effect).length;
  const [looser, maybe] = [of('looser'), of('maybe')];
  return [
    `${counted(documents.length, 'document')} ${documents.length === 1 ? 'differs' : 'differ'}`,
    looser === 0 ? 'nothing is certainly looser' : `${counted(looser, 'change')} ${looser === 1 ? 'is' : 'are'} looser`,
    ...(maybe === 0 ? [] : [`${maybe} may be`]),
  ].join(', ');
}

/** `approve → auto`; what is not there on one side is told as come or gone. */
const movement = ({ before, after }: Change): string =>
  before === undefined
    ? `+ ${oneLine(after ?? '')}`
    : after === undefined
      ? `- ${oneLine(before)}`
      : `${oneLine(before)} → ${oneLine(after)}`;

const titleOf = ({ kind, name }: DocumentDiff): string => `${kind} ${name}`;

/** What became of the hashes, and what that means. */
function hashWords({ kind, was, logic, file }: DocumentDiff): string {
  if (was !== 'changed') return was;
  if (kind === 'policy') return 'its hash changed';
  const words = logic.changed
    ? `logic changed${logic.because === undefined ? '' : ` by ${logic.because}`}${kind === 'rule' ? ': evidence about it begins again' : ''}`
    : 'logic the same';
  return file.changed ? words : `${words}; the file is the same`;
}

/** For people, 100 columns. */
export function differenceLines(compared: Compared, colours: Colours): string[] {
  const { before, after, documents } = compared;
  return [
    `${before.shown} (${shortHash(before.hash)}) → ${after.shown} (${shortHash(after.hash)})`,
    ...documents.flatMap((one) => ['', ...documentLines(one, colours)]),
    '',
    documents.length === 0 ? 'The same.' : `${differenceWords(compared)}.`,
  ];
}

function documentLines(one: DocumentDiff, colours: Colours): string[] {
  const alone = one.was === 'added' && one.kind === 'rule' && one.changes.length === 0 ? '; it observes everywhere' : '';
  return [
    `${titleOf(one)}  ${one.at}`,
    `  ${hanging(`${hashWords(one)}${alone}`, 2, columns)}`,
    ...one.changes.map((change) => {
      const word = effectWords[change.effect].padEnd(15);
      return `  ${change.effect === 'looser' ? colours.yellow(word) : word}${hanging(`${change.place}: ${movement(change)}`, 17, columns)}`;
    }),
  ];
}

/**
 * The comment of a pull request, in GitHub's Markdown. Each section stands for itself: what the change would have done on recorded
 * incidents goes between the changes and the hashes.
 */
export function differenceMarkdown(compared: Compared): string {
  const { before, after, documents } = compared;
  const sections = [
    `### Rules: ${documents.length === 0 ? 'the same' : differenceWords(compared)}`,
    `${code(before.shown)} (${shortHash(before.hash)}) → ${code(after.shown)} (${shortHash(after.hash)})`,
    changesTable(documents),
    evidenceWords(documents),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function changesTable(documents: readonly DocumentDiff[]): string {
  if (documents.length === 0) return '';
  const rows = documents.flatMap((one) => {
    const title = `${one.kind} ${code(one.name)}`;
    const alone = [title, one.was === 'changed' ? hashWords(one) : `**${one.was}**`, ''];
    return [
      ...(one.was !== 'changed' || one.changes.length === 0 ? [alone] : []),
      ...one.changes.map((change) => [title, `${code(change.place)}: ${codeMovement(change)}`, markdownEffect(change)]),
    ];
  });
  return ['| what | change | |', '|---|---|---|', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
}

const markdownEffect = ({ effect }: Change): string => (effect === 'looser' ? '**looser**' : effectWords[effect]);

const codeMovement = ({ before, after }: Change): string =>
  before === undefined
    ? `added ${code(after ?? '')}`
    : after === undefined
      ? `removed ${code(before)}`
      : `${code(before)} → ${code(after)}`;

/** Text of a file inside a table: it can end neither the cell nor the code, and can name nobody. */
function code(text: string): string {
  const plain = oneLine(text).replaceAll('|', '\\|');
  const ticks = '`'.repeat(Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  return ticks.length > 1 ? `${ticks} ${plain} ${ticks}` : `${ticks}${plain}${ticks}`;
}

function evidenceWords(documents: readonly DocumentDiff[]): string {
  const again = documents.filter(({ kind, was, logic }) => kind === 'rule' && was === 'changed' && logic.changed);
  return again.length === 0
    ? ''
    : `Evidence begins again for ${listed(again.map(({ name }) => code(name)))}: their logic changed.`;
}
