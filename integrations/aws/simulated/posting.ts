import { withDeadline } from '../../contract/deadline.js';
import type { SandboxWorld } from '../../contract/simulator.js';

/** One message on its way to the API. */
export interface Posting {
  /** For the list and for faults: `webhook sns`. */
  operation: string;
  /** What it tells, for people. */
  about: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Status of each attempt; 0: none came in time. */
  attempts: number[];
  state: 'waiting' | 'delivered' | 'discarded';
}

/** How a service delivers. */
export interface Manner {
  /** How long it waits for an answer. Milliseconds. */
  answerWithinMs: number;
  /** Pauses before each further attempt, at speed 1. Milliseconds. */
  pausesMs: readonly number[];
  isRetried: (status: number) => boolean;
}

export interface Poster {
  post: (posting: Omit<Posting, 'attempts' | 'state'>) => void;
  list: () => readonly Posting[];
  reset: () => void;
}

/** Sends messages as a service does: again where it would send again, and then never more. */
export function createPoster(world: SandboxWorld, { answerWithinMs, pausesMs, isRetried }: Manner): Poster {
  let postings: Posting[] = [];
  let life = new AbortController();

  const once = async ({ operation, url, headers, body }: Posting, signal: AbortSignal): Promise<number> => {
    const fault = world.takeFault(operation);
    if (fault?.kind === 'reset-before') return 0;
    let status = 0;
    for (let sent = 0; sent < (fault?.kind === 'duplicate-delivery' ? 2 : 1); sent += 1)
      status = await answerOf(url, { method: 'POST', headers, body }, withDeadline(signal, answerWithinMs));
    return fault?.kind.startsWith('execute-then') ? 0 : status;
  };

  const attempt = async (posting: Posting, signal: AbortSignal): Promise<void> => {
    const status = await once(posting, signal);
    if (signal.aborted) return;
    posting.attempts.push(status);
    const pause = pausesMs[posting.attempts.length - 1];
    if (status >= 200 && status < 300) posting.state = 'delivered';
    else if (pause === undefined || !(status === 0 || isRetried(status))) posting.state = 'discarded';
    else world.later(pause * world.settings.speed, () => void attempt(posting, signal));
  };

  return {
    post: (said) => {
      const posting: Posting = { ...said, attempts: [], state: 'waiting' };
      postings.push(posting);
      const { signal } = life;
      world.later(0, () => void attempt(posting, signal));
    },
    list: () => postings,
    reset: () => {
      life.abort();
      life = new AbortController();
      postings = [];
    },
  };
}

async function answerOf(url: string, init: RequestInit, signal: AbortSignal): Promise<number> {
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
