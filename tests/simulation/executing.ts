import type { Steps } from './clock.js';
import { adopt, start, type Task, wait } from './effects.js';
import { interrupted, type Planned } from './planned.js';
import { once, patience, untilDone } from './stage.js';

interface Executed {
  status: 'succeeded' | 'failed' | 'unknown' | 'not-done';
  ranOut?: boolean;
}

const mostRearms = 2;

/** Runs one permitted effect to its end, as the workflow does: a start is tried once, and what is in doubt is read back. */
export function* execute(planned: Planned, task: Task): Steps<Executed> {
  const { stage, run } = planned;
  if (stage.random.chance(0.06)) calledByStrangers(planned, task);
  for (let rearms = 0; ; rearms++) {
    const answer = yield* once(stage, run, patience.effect, (worker) => start(stage, worker, task));
    const said = answer === 'lost' ? 'ambiguous' : answer.value;
    if (said !== 'ambiguous' && said.started) break;
    if (said !== 'ambiguous' && !said.retryable) return { status: 'not-done', ranOut: said.ranOut === true };
    const adopted = yield* untilDone(stage, run, () => adopt(stage, task), 45_000);
    if (adopted.found) break;
    if (!adopted.rearmed || rearms >= mostRearms) return { status: 'unknown' };
    yield { until: stage.clock.now() + 500 };
    if (interrupted(planned)) return { status: 'not-done' };
  }
  if (!task.undoes) run.effects += 1;
  const status = yield* untilDone(stage, run, () => wait(stage, task), 90_000);
  return { status };
}

/** Whoever reaches Temporal can call the activity too, with the same words, at any moment. */
function calledByStrangers({ stage }: Planned, task: Task): void {
  const { random, clock } = stage;
  stage.count('a start is called by a stranger');
  clock.at(clock.now() + random.int(0, random.pick([100, 1_000, 20_000])), () => {
    stage.tell(`${task.run.id} a stranger calls the start`);
    clock.spawn(start(stage, random.pick(stage.workers), task));
  });
}
