import { differing } from './print.js';
import type { Played } from './play.js';
import { failedOf, type Tested } from './test-rules.js';

/** From a place to the file as the reader finds it. */
type FileOf = (at: string) => string;

/** JUnit XML as CI systems read it: a suite for each rule, a case for each case and each gap of the coverage. */
export function asJunit({ played, gaps }: Tested, fileOf: FileOf): string {
  const rules = [...new Set([...played.map((one) => one.case.rule), ...gaps.map(({ rule }) => rule)])].sort();
  const suites = rules.map((rule) => {
    const own = played.filter((one) => one.case.rule === rule);
    const open = gaps.filter((gap) => gap.rule === rule);
    const failed = own.filter(({ differs }) => differs.length > 0).length + open.length;
    const lines = [
      ...own.map((one) => testcase(rule, one.case.name, fileOf(one.case.at), linesIn(one))),
      ...open.map(({ says, at }) => testcase(rule, `coverage: ${says}`, fileOf(at), [says])),
    ];
    return `  <testsuite name="${xml(rule)}" tests="${lines.length}" failures="${failed}">\n${lines.join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="rules">\n${suites.join('\n')}\n</testsuites>\n`;
}

const linesIn = (one: Played): string[] => differing(one).map((line) => line.trim());

function testcase(rule: string, name: string, file: string, wrong: readonly string[]): string {
  const head = `    <testcase classname="${xml(rule)}" name="${xml(name)}" file="${xml(file)}"`;
  if (wrong.length === 0) return `${head}/>`;
  return `${head}>\n      <failure message="${xml(wrong[0] ?? '')}">${xml(wrong.join('\n'))}</failure>\n    </testcase>`;
}

// XML 1.0 has no place for other control characters and for half a surrogate pair, not even escaped.
const unprintable = /[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffe\uffff]/gu;

const xml = (text: string): string =>
  text
    .replace(unprintable, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');

/** One annotation for each case that failed and each gap (GitHub's workflow commands). */
export function asGithub(tested: Tested, fileOf: FileOf): string {
  const failed = failedOf(tested).map((one) =>
    annotation(fileOf(one.case.at), one.case.at, `${one.case.rule}: ${one.case.name}`, linesIn(one).join('\n')),
  );
  const gaps = tested.gaps.map(({ rule, at, says }) => annotation(fileOf(at), at, `${rule}: coverage`, says));
  return [...failed, ...gaps].map((line) => `${line}\n`).join('');
}

const annotation = (file: string, at: string, title: string, message: string): string =>
  `::error file=${property(file)},line=${at.slice(at.lastIndexOf(':') + 1)},title=${property(title)}::${data(message)}`;

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
