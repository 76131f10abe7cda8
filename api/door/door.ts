import { createHash } from 'node:crypto';
import { type Request, Router, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { AnySource, Registry } from '../../integrations/contract/registry.js';
import type { RawRequest, Received } from '../../integrations/contract/source.js';
import { addressOf } from '../address.js';
import type { Buckets } from '../buckets.js';
import type { Guesses } from '../guesses.js';
import type { ApiMetrics } from '../metrics.js';
import { Problem } from '../problem.js';
import type { Senders } from '../senders.js';
import type { Accept } from './accept.js';
import { bodyLimit, collectBody, discard } from './collect-body.js';
import { shownTokens } from './door-tokens.js';
import { howToOpen, openFor, prove, type Proven, strayEntries } from './proofs.js';
import { joinHeaders } from './raw-headers.js';

export interface DoorDeps {
  registry: Pick<Registry, 'sources'>;
  env: Readonly<Record<string, string | undefined>>;
  senders: Senders;
  /** By door, and by door and address. */
  limits: { door: Buckets; sender: Buckets };
  guesses: Guesses;
  accept: Accept;
  metrics: ApiMetrics;
  log: Logger;
  deadlineMs: number;
  now: () => number;
}

/** A door with what it needs; `undefined`: nothing of it is configured. */
interface OpenDoor {
  source: AnySource;
  definition: AnyDoor;
  door: unknown;
}

type AnyDoor = AnySource['doors'][number];

/** One route per door. Throws an Error that lists everything that is configured wrongly. */
export function createDoor(deps: DoorDeps): Router {
  const router = Router();
  for (const open of openDoors(deps)) router.post(open.definition.path, receiveAt(deps, open));
  return router;
}

function openDoors({ registry, env, senders }: DoorDeps): OpenDoor[] {
  const problems: string[] = [];
  const all = [...registry.sources.values()].flatMap((source) => source.doors.map((definition) => ({ source, definition })));
  const open = all.map(({ source, definition }) => {
    const door = definition.door.safeParse(env);
    if (!door.success)
      problems.push(
        ...door.error.issues.map(
          (issue: { path: PropertyKey[]; message: string }) => `${[...issue.path, ''].join(' ')}${issue.message}`,
        ),
      );
    return { source, definition, door: door.data as unknown };
  });
  problems.push(
    ...strayEntries(
      senders,
      all.map(({ definition }) => definition),
    ),
  );
  if (problems.length > 0) throw new Error(`The webhooks' configuration is wrong:\n  ${problems.join('\n  ')}`);
  return open;
}

function receiveAt(deps: DoorDeps, open: OpenDoor): RequestHandler {
  const { source, definition, door } = open;
  return async (request, response) => {
    const arrivedAt = deps.now();
    const headers = joinHeaders(request.rawHeaders);
    const limit = limitOn(deps, definition, request, headers);
    if (limit) {
      // Unread, and the sender may still be sending: what it has to say is thrown away while it reads our answer.
      discard(request);
      deps.metrics.limited.inc({ what: limit.what });
      throw new Problem(429, limit.says, { retryAfter: limit.seconds });
    }
    const body = await collectBody(request);
    if (body === 'aborted') return;
    // Counted from the complete body: a slow sender has its own limit, the server's request timeout.
    const deadline = deps.now() + deps.deadlineMs;
    try {
      if (body === 'too-large') {
        deps.metrics.deliveries.inc({ source: source.id, result: 'refused' });
        throw new Problem(413, `The body is larger than ${bodyLimit / 1024} KiB.`);
      }
      if (door === undefined && !openFor(deps.senders, definition)) {
        throw new Problem(
          503,
          `Webhooks of ${source.id} cannot be proven yet: nothing is configured for the door ${definition.id}. Set ${howToOpen(definition)}.`,
          { retryAfter: 60 },
        );
      }
      const proven = prove(deps.senders, definition, { headers, socket: request.socket, now: arrivedAt }, deps.guesses);
      const raw: RawRequest = {
        headers,
        body,
        receivedAt: new Date(arrivedAt).toISOString(),
        bodyHash: createHash('sha256').update(body).digest('hex'),
        proofs: proven.proofs,
        signal: AbortSignal.timeout(deps.deadlineMs),
      };
      const received = await judge(deps, open, raw);
      countWrongToken(deps, request, received, proven);
      const answer = await deps.accept(received, {
        source: source.id,
        door: definition.id,
        ourselves: ownIds(door),
        arrivedAt,
        deadline,
        bodyHash: raw.bodyHash,
      });
      if (definition.bareAnswer) response.status(200).end();
      else response.status(answer.status).json(answer.body);
    } finally {
      deps.metrics.doorSeconds.observe({ source: source.id }, (deps.now() - arrivedAt) / 1000);
    }
  };
}

/** Before a byte of the body is read. Never another 4xx than 429, which senders try again. */
function limitOn(
  { limits, guesses }: DoorDeps,
  { id, proofs }: AnyDoor,
  { socket }: Request,
  headers: RawRequest['headers'],
): { what: string; seconds: number; says: string } | undefined {
  const sender = limits.sender.take(`${id} ${addressOf(socket)}`);
  if (sender > 0) return { what: 'sender', seconds: sender, says: `Too many webhooks from this address at once; send it again.` };
  const door = limits.door.take(id);
  if (door > 0) return { what: 'door', seconds: door, says: 'Too many webhooks at once; send it again.' };
  const shown = proofs.includes('token') ? shownTokens(headers) : [];
  const guess = shown.length > 0 ? guesses.wait(socket, shown) : 0;
  if (guess > 0)
    return { what: 'guesses', seconds: guess, says: 'Too many wrong tokens from this address; send it again later.' };
  return undefined;
}

function countWrongToken({ guesses, metrics }: DoorDeps, { socket }: Request, received: Received, proven: Proven): void {
  if (!proven.wrongToken || received.kind !== 'refused' || received.status !== 401) return;
  metrics.wrongTokens.inc({ where: 'door' });
  guesses.wrong(socket);
}

/** A source that throws has a mistake of its own: the webhook is not lost for it, the sender tries again. */
async function judge(deps: DoorDeps, { source, definition, door }: OpenDoor, raw: RawRequest): Promise<Received> {
  try {
    return await definition.receive(raw, door);
  } catch (error) {
    deps.log.error({ err: error, source: source.id, bodyHash: raw.bodyHash }, 'a source failed on a webhook');
    throw new Problem(503, 'The webhook could not be judged; send it again.', { retryAfter: 30 });
  }
}

/** A door's configuration may name who we are at the source. */
function ownIds(door: unknown): string[] {
  const { ourselves } = (door ?? {}) as { ourselves?: unknown };
  return Array.isArray(ourselves) ? ourselves.filter((id) => typeof id === 'string') : [];
}
