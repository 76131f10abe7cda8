import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { unconfirmed } from '../../integrations/unconfirmed.js';
import { root } from '../support/root.js';

/** Systems of which something could be learned from nobody's documents, only from an account. */
const learned = ['aws', 'grafana', 'loki', 'opensearch', 'pagerduty', 'servicenow', 'slack'];

describe('what is to be tried on a real account', () => {
  it('is told of every system of which something is unconfirmed', () => {
    expect([...new Set(unconfirmed.map(({ integration }) => integration))].sort()).toEqual(learned);
  });

  it('has ids of its own, named after the system', () => {
    const ids = unconfirmed.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    for (const { id, integration } of unconfirmed) expect(id).toMatch(new RegExp(`^${integration}\\.[a-z0-9-]+$`));
  });

  it.each(unconfirmed.map((one) => [one.id, one] as const))(
    '%s is told in sentences, with the files that rest on it',
    (_id, one) => {
      expect(one.assumes).toMatch(/^\S.*\.$/);
      expect(one.tryIt).toMatch(/^[A-Z].*\.$/);
      expect(one.rests.filter((file) => !existsSync(join(root, file)) || !file.startsWith('integrations/'))).toEqual([]);
    },
  );
});
