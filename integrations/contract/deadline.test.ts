import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { withDeadline } from './deadline.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('a deadline', () => {
  it('comes, also when garbage is collected before', async () => {
    const signal = withDeadline(new AbortController().signal, 200);
    while (!signal.aborted) {
      collectGarbage();
      await sleep(10);
    }
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('ends at once with what it belongs to, and keeps its reason', () => {
    const whole = new AbortController();
    const signal = withDeadline(whole.signal, 60_000);
    expect(signal.aborted).toBe(false);
    whole.abort('cancelled');
    expect(signal.reason).toBe('cancelled');
  });
});
