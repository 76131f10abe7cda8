import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireResponse } from '../../contract/simulator.js';
import { json } from '../../wire/simulated/body.js';

interface SimAnnotation {
  id: number;
  dashboardUID: string;
  /** Epoch milliseconds. */
  time: number;
  timeEnd: number;
  tags: string[];
  text: string;
}

export interface Annotations {
  list: (query: URLSearchParams) => WireResponse;
  add: (body: JsonObject) => WireResponse;
  patch: (id: string, body: JsonObject) => WireResponse;
  all: () => JsonObject[];
  reset: () => void;
}

/** contracts 3.2, Annotations: times in epoch milliseconds, repeated tags are AND, only `text` is required, no idempotency key. */
export function createAnnotations(world: SandboxWorld): Annotations {
  let kept: SimAnnotation[] = [];
  let lastId = 1144;
  const effect = (operation: string, { id, tags }: SimAnnotation, outcome: string): void =>
    void world.effect({ vendor: 'grafana', operation, target: String(id), key: tags.join(' '), outcome });
  return {
    list: (query) => {
      const tags = query.getAll('tags');
      const found = kept.filter((one) => tags.every((tag) => one.tags.includes(tag)));
      return json(
        200,
        found.slice(0, Number(query.get('limit') ?? 100)).map((one) => ({ ...one })),
      );
    },
    add: (body) => {
      const { text, time = world.now(), timeEnd, tags = [], dashboardUID = '' } = body;
      if (typeof text !== 'string' || text === '') return json(400, { message: 'Failed to save annotation' });
      if (typeof time !== 'number' || !isTags(tags) || typeof dashboardUID !== 'string')
        return json(400, { message: 'bad request data' });
      lastId += 1;
      const one = { id: lastId, dashboardUID, time, timeEnd: typeof timeEnd === 'number' ? timeEnd : time, tags, text };
      kept.push(one);
      effect('POST /api/annotations', one, 'annotation added');
      return json(200, { message: 'Annotation added', id: one.id });
    },
    patch: (id, { text, tags, time, timeEnd }) => {
      const one = kept.find((annotation) => String(annotation.id) === id);
      if (!one) return json(404, { message: 'Annotation not found' });
      if (typeof text === 'string' && text !== '') one.text = text;
      if (isTags(tags)) one.tags = tags;
      if (typeof time === 'number' && time > 0) one.time = time;
      if (typeof timeEnd === 'number' && timeEnd > 0) one.timeEnd = timeEnd;
      effect('PATCH /api/annotations/{id}', one, 'annotation patched');
      return json(200, { message: 'Annotation patched' });
    },
    all: () => kept.map((one) => ({ ...one })),
    reset: () => {
      kept = [];
    },
  };
}

const isTags = (tags: unknown): tags is string[] => Array.isArray(tags) && tags.every((tag) => typeof tag === 'string');
