import Sequencer from '@jest/test-sequencer';

/** Folders of what takes longest, the longest first: begun last, one worker would wait for the other at the end. */
const first = ['tests/conformance', 'tests/e2e/', 'tests/crash/', 'tests/simulation/', 'tests/run/', 'tests/admission/', 'cli/'];

const rank = ({ path }) => {
  const at = first.findIndex((folder) => path.includes(`/${folder}`));
  return at < 0 ? first.length : at;
};

/** Jest's own order (what failed, what took long the last time, the size of the file) within each of these. */
// oxlint-disable-next-line import/no-default-export -- Jest takes the default export of this file
export default class Longest extends Sequencer {
  async sort(tests) {
    const inTurn = await super.sort(tests);
    return [...inTurn].sort((a, b) => rank(a) - rank(b));
  }
}
