/** Which test files reach a file, by what imports what. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';

const skipped = new Set(['node_modules', 'dist', '.cache', '.git', '.opssentinel', 'coverage', 'slow']);

/** Every TypeScript file below a folder, with `/` between the parts. */
export function typescriptFiles(root) {
  const below = (folder) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : below(path);
      return entry.name.endsWith('.ts') ? [relative(root, path).split(sep).join('/')] : [];
    });
  return below(root);
}

/** Relative imports of one file, those of types only left out. */
function importsOf(root, file) {
  const tree = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ES2023, false, ts.ScriptKind.TS);
  return tree.statements.flatMap((statement) => {
    const isValue = ts.isImportDeclaration(statement)
      ? !statement.importClause?.isTypeOnly
      : ts.isExportDeclaration(statement) && !statement.isTypeOnly;
    if (!isValue || !statement.moduleSpecifier?.text.startsWith('.')) return [];
    const to = join(dirname(file), statement.moduleSpecifier.text).split(sep).join('/').replace(/\.js$/, '.ts');
    return existsSync(join(root, to)) ? [to] : [];
  });
}

/** @returns {(file: string) => string[]} the test files that import a file, on whatever way */
export function testsByImport(root, files) {
  const importers = new Map();
  for (const file of files) for (const to of importsOf(root, file)) importers.set(to, [...(importers.get(to) ?? []), file]);
  return (file) => {
    const found = new Set([file]);
    for (const one of found) for (const by of importers.get(one) ?? []) found.add(by);
    return [...found].filter((one) => one.endsWith('.test.ts')).sort();
  };
}
