import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Bench, startBench } from '../testkit/bench.js';

describe('G5: what stops everything, over REST', () => {
  let bench: Bench;
  let id: string;
  beforeEach(async () => {
    bench = await startBench();
    id = (await bench.memory.ledger.placeHold({ kind: 'stop', scope: 'all', reason: 'the region burns', owner: 'ada' })).id;
  });
  afterEach(() => bench.close());

  const lift = async (scope: 'operator' | 'admin') => {
    const answer = await bench.send('DELETE', `/api/v1/holds/${id}`, scope);
    return { status: answer.status, body: (await answer.json()) as { released?: boolean; says?: string; detail?: string } };
  };

  it('an operator is the first of two, and an admin the second', async () => {
    const first = await lift('operator');
    expect(first).toMatchObject({ status: 200, body: { released: false } });
    expect(first.body.says).toMatch(/^NOT LIFTED YET\. .* a second person with scope admin has to lift it too/);
    expect(bench.memory.holds).toHaveLength(1);
    expect(await lift('admin')).toMatchObject({ status: 200, body: { released: true, says: 'The hold on all is lifted.' } });
    expect(bench.memory.holds).toEqual([]);
  });

  it('after an admin an operator is enough, and that is said', async () => {
    expect((await lift('admin')).body.says).toMatch(/a second person has to lift it too/);
    expect(await lift('operator')).toMatchObject({ status: 200, body: { released: true } });
  });

  it('two operators are not: the second is refused, in plain words', async () => {
    await bench.memory.ledger.liftHold(id, { by: 'another operator', admin: false });
    const second = await lift('operator');
    expect(second.status).toBe(403);
    expect(JSON.stringify(second.body)).toContain('one of the two people who lift it needs a token with scope admin');
    expect(bench.memory.holds).toHaveLength(1);
  });
});
