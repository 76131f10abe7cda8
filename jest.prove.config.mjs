import usual, { proofs } from './jest.config.mjs';

/** `npm run prove`: what takes minutes of a processor and so has a lane of its own. Its figures are not those of `npm test`. */
export default {
  ...usual,
  testPathIgnorePatterns: usual.testPathIgnorePatterns.filter((pattern) => !proofs.includes(pattern)),
  testMatch: proofs.map((folder) => (folder.endsWith('/') ? `${folder}**/*.test.ts` : folder)),
  reporters: ['default'],
};
