import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { trackedFiles } from './tracked.mjs';

const folders =
  'activities|api|bench|bin|cli|config|decide|deploy|docs|domain|guards|integrations|ledger|rules|sandbox|tests|tools|workers|workflows';
const ownPath = new RegExp(String.raw`^(?:\./)?(?:${folders})/[\w./-]*[\w-]$`);

/** Links to files that are not there, and paths in code that are not there, as `file:line: what`. */
export function documentProblems(root) {
  return trackedFiles(root)
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => problemsIn(root, file, readFileSync(join(root, file), 'utf8')));
}

function problemsIn(root, file, text) {
  const anchors = headings(text);
  let fenced = false;
  return text.split('\n').flatMap((line, index) => {
    const at = `${file}:${index + 1}`;
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    if (fenced) return missingPaths(root, file, line.split(/[\s"'()=,;]+/)).map((path) => `${at}: ${path} does not exist`);
    const links = [...line.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);
    const spans = [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
    return [
      ...links.filter((link) => !linkLeads(root, file, link, anchors)).map((link) => `${at}: the link ${link} leads nowhere`),
      ...missingPaths(root, file, spans).map((path) => `${at}: ${path} does not exist`),
    ];
  });
}

function linkLeads(root, file, link, anchors) {
  if (/^(https?:|mailto:)/.test(link)) return true;
  const [path, anchor] = link.split('#');
  if (path === '') return anchors.has(anchor);
  const target = join(root, dirname(file), decodeURIComponent(path));
  if (!existsSync(target)) return false;
  return anchor === undefined || !path.endsWith('.md') || headings(readFileSync(target, 'utf8')).has(anchor);
}

/** A path counts from the project's root or from the document's own folder. `file.ts:12` is the file. */
const missingPaths = (root, file, words) =>
  words
    .map((word) => word.replace(/:\d+$/, ''))
    .filter((word) => ownPath.test(word) && !existsSync(join(root, word)) && !existsSync(join(root, dirname(file), word)));

/** Anchors as GitHub makes them of headings. */
function headings(text) {
  const titles = [...text.matchAll(/^#+ (.+)$/gm)].map((match) => match[1]);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
