/** So many at once, so many waiting, and everybody else is turned away at once. */
export interface Turnstile {
  /** Rejects with Busy when the queue is full, or when the deadline (epoch milliseconds) passes while waiting. */
  pass: <Result>(deadline: number, work: () => Promise<Result>) => Promise<Result>;
}

export class Busy extends Error {
  override readonly name = 'Busy';
}

export function createTurnstile(width: number, queue: number): Turnstile {
  let inside = 0;
  const waiting: (() => void)[] = [];
  const enter = (deadline: number): Promise<void> => {
    if (inside < width) {
      inside += 1;
      return Promise.resolve();
    }
    if (waiting.length >= queue) return Promise.reject(new Busy('too many webhooks wait'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          waiting.splice(waiting.indexOf(admit), 1);
          reject(new Busy('waited too long for its turn'));
        },
        Math.max(0, deadline - Date.now()),
      );
      const admit = (): void => {
        clearTimeout(timer);
        resolve();
      };
      waiting.push(admit);
    });
  };
  const leave = (): void => {
    const next = waiting.shift();
    // The place goes over to the next in line, so `inside` stays as it is.
    if (next === undefined) inside -= 1;
    else next();
  };
  return {
    pass: async (deadline, work) => {
      await enter(deadline);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
