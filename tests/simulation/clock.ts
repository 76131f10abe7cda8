/** What a process waits for: a moment (epoch milliseconds), or something that comes first. */
export interface Wait {
  until: number;
  wakes?: () => boolean;
}

/** Work that takes time, as a generator: between two waits it is one piece. */
export type Steps<Result = void> = Generator<Wait, Result, void>;

export interface Process {
  /** Looks whether what it waits for has come. */
  poke: () => void;
  /** Dies where it stands, as a killed worker does. */
  kill: () => void;
}

/** Virtual time: nothing is slept, everything happens in the order of its moment, ties in the order in which they were planned. */
export interface Clock {
  readonly now: () => number;
  at: (moment: number, run: () => void) => void;
  spawn: <Result>(steps: Steps<Result>, ended?: (result: Result) => void) => Process;
  /** Until nothing is left to happen. Throws when it never ends. */
  run: () => void;
}

interface Due {
  moment: number;
  order: number;
  run: () => void;
}

/** More than any seed needs: what goes on longer goes on for ever. */
const mostEvents = 400_000;

export function clockFrom(begin: number): Clock {
  let now = begin;
  let order = 0;
  const due: Due[] = [];
  const at: Clock['at'] = (moment, run) => push(due, { moment: Math.max(now, moment), order: order++, run });

  function spawn<Result>(steps: Steps<Result>, ended: (result: Result) => void = () => undefined): Process {
    let turn = 0;
    let waiting: Wait | undefined;
    let alive = true;
    const resume = (): void => {
      waiting = undefined;
      turn += 1;
      const { done, value } = steps.next();
      if (done) {
        alive = false;
        ended(value);
        return;
      }
      waiting = value;
      const mine = turn;
      at(value.until, () => (alive && mine === turn ? resume() : undefined));
    };
    at(now, () => (alive ? resume() : undefined));
    return {
      poke: () => (alive && waiting?.wakes?.() ? resume() : undefined),
      kill: () => void (alive = false),
    };
  }

  return {
    now: () => now,
    at,
    spawn,
    run: () => {
      for (let next = pop(due); next; next = pop(due)) {
        now = next.moment;
        next.run();
        if (order > mostEvents) throw new Error(`it goes on for ever (${mostEvents} events)`);
      }
    },
  };
}

const before = (a: Due, b: Due): boolean => a.moment < b.moment || (a.moment === b.moment && a.order < b.order);

function push(heap: Due[], item: Due): void {
  let at = heap.length;
  heap.push(item);
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!before(item, heap[above] as Due)) break;
    heap[at] = heap[above] as Due;
    at = above;
  }
  heap[at] = item;
}

function pop(heap: Due[]): Due | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && before(heap[below + 1] as Due, heap[below] as Due)) below += 1;
    if (!before(heap[below] as Due, last)) break;
    heap[at] = heap[below] as Due;
    at = below;
  }
  heap[at] = last;
  return first;
}
