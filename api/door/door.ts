import { createHash } from 'node:crypto';
import { Router, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { AnySource, Registry } from '../../integrations/contract/registry.js';
import type { RawRequest, Received } from '../../integrations/contract/source.js';
import type { ApiMetrics } from '../metrics.js';
import { Problem } from '../problem.js';
import type { Accept } from './accept.js';
import { bodyLimit, collectBody } from './collect-body.js';
import { joinHeaders } from './raw-headers.js';

export interface DoorDeps {
  registry: Pick<Registry, 'sources'>;
  env: Readonly<Record<string, string | undefined>>;
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

function openDoors({ registry, env }: DoorDeps): OpenDoor[] {
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
  if (problems.length > 0) throw new Error(`The webhooks' configuration is wrong:\n  ${problems.join('\n  ')}`);
  return open;
}

function receiveAt(deps: DoorDeps, open: OpenDoor): RequestHandler {
  const { source, door } = open;
  return async (request, response) => {
    const arrivedAt = deps.now();
    const body = await collectBody(request);
    if (body === 'aborted') return;
    try {
      if (body === 'too-large') {
        deps.metrics.deliveries.inc({ source: source.id, result: 'refused' });
        throw new Problem(413, `The body is larger than ${bodyLimit / 1024} KiB.`);
      }
      if (door === undefined) {
        throw new Problem(
          503,
          `Webhooks of ${source.id} cannot be proven yet: no signing secret is configured. \`opssentinel doctor\` names the variable.`,
          { retryAfter: 60 },
        );
      }
      const raw: RawRequest = {
        headers: joinHeaders(request.rawHeaders),
        body,
        receivedAt: new Date(arrivedAt).toISOString(),
        bodyHash: createHash('sha256').update(body).digest('hex'),
        proofs: [],
        signal: AbortSignal.timeout(deps.deadlineMs),
      };
      const answer = await deps.accept(await judge(deps, open, raw), {
        source: source.id,
        ourselves: ownIds(door),
        arrivedAt,
        // Counted from the complete body: a slow sender has its own limit, the server's request timeout.
        deadline: deps.now() + deps.deadlineMs,
        bodyHash: raw.bodyHash,
      });
      response.status(answer.status).json(answer.body);
    } finally {
      deps.metrics.doorSeconds.observe({ source: source.id }, (deps.now() - arrivedAt) / 1000);
    }
  };
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
  const { ourselves } = door as { ourselves?: unknown };
  return Array.isArray(ourselves) ? ourselves.filter((id) => typeof id === 'string') : [];
}
