import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { proofs } from '../jest.config.mjs';

/** `it.skip('… (skipped: no PostgreSQL here)')`: what stands after the colon is the reason. */
const reasonOf = (title) =>
  /skipped: (.+?)\)?$/.exec(title)?.[1] ?? 'no reason given; write "(skipped: why)" at the end of its name';

/** Prints, after Jest's own report, what was skipped and why, and one plain line of totals; keeps both for the CI in `.cache/tests.json`. */
export default class JestSummary {
  constructor(globalConfig) {
    this.rootDir = globalConfig.rootDir;
    this.left = proofs.map((path) => path.replace('<rootDir>/', ''));
  }

  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) =>
      file.testResults
        .filter((test) => test.status === 'pending' || test.status === 'todo' || test.status === 'disabled')
        .map((test) => ({
          file: relative(this.rootDir, file.testFilePath),
          name: test.fullName,
          reason: reasonOf(test.fullName),
        })),
    );
    const totals = {
      passed: results.numPassedTests,
      // A file that could not be loaded ran no test; it counts as one failure and never as silence.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: skipped.length,
    };
    const line = `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`;
    const reasons = skipped.map((test) => `skipped: ${test.name} [${test.file}]: ${test.reason}\n`);
    // Said plainly, since whoever reads the line takes it for all.
    process.stdout.write(`${reasons.join('')}left to npm run prove: ${this.left.join(', ')}\n${line}\n`);
    const cache = join(this.rootDir, '.cache');
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'tests.json'), `${JSON.stringify({ ...totals, line, tests: skipped }, null, 2)}\n`);
  }
}
