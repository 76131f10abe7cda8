/**
 * Jest in ESM mode. SWC is configured here and never by a `.swcrc`: such a file would leak into Temporal's workflow bundler.
 * `js` stands before `ts` so that a package that ships both is loaded as JavaScript; our own folders hold no .js beside a .ts.
 */
/** Proofs that take minutes of a processor: `npm run prove`, which CI runs beside `npm test`. */
export const proofs = [
  '<rootDir>/tests/crash/',
  '<rootDir>/tests/simulation/',
  '<rootDir>/tests/scaffold/',
  '<rootDir>/tests/e2e/at-most-once-killed.test.ts',
];

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>'],
  testMatch: ['**/*.test.ts'],
  // tests/slow needs real servers: `npm run prove:real`.
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/dist/',
    '<rootDir>/.cache/',
    '<rootDir>/.opssentinel/',
    '<rootDir>/tests/slow/',
    ...proofs,
  ],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/', '<rootDir>/.opssentinel/'],
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      },
    ],
  },
  testTimeout: 60_000,
  // Two more than the cores of a small machine: most of what takes long waits for a server.
  maxWorkers: 4,
  // Modules of ended test files stay in a worker's memory; a fresh worker collects less garbage.
  workerIdleMemoryLimit: '1500MB',
  testSequencer: '<rootDir>/tools/jest-sequence.mjs',
  forceExit: true,
  reporters: [['default', { summaryThreshold: 1000 }], '<rootDir>/tools/jest-summary.mjs'],
};
