import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Alert, Witness } from '../../domain/alert.js';
import type { Incident } from '../../domain/incident.js';
import { canonicalJson } from '../../domain/json.js';
import type { Target } from '../../domain/target.js';
import type { RecordedIncident } from '../../integrations/contract/history.js';
import type { Registry } from '../../integrations/contract/registry.js';
import { Failure } from '../failure.js';
import { apiVersion } from '../output.js';

/** What we ourselves read of the world when we decided then: known where an incident comes from our own records. */
export interface ReadThen {
  incident: Incident;
  alert: Alert;
  witness: Witness;
  /** Absent: it never came to reading one. */
  target?: Target;
}

/** A line of a recording. */
export type Recorded = RecordedIncident & { read?: ReadThen };

/** An incident of the past in our words. */
export interface Past extends Pick<Recorded, 'source' | 'externalId' | 'deeds' | 'createdAt' | 'changes'> {
  incident: Incident;
  alert: Alert;
  read?: ReadThen;
}

const deeds = ['acknowledged', 'unacknowledged', 'reassigned', 'escalated', 'noted', 'resolved', 'merged', 'reopened'] as const;
const line = z.object({
  apiVersion: z.literal(apiVersion),
  source: z.string().min(1),
  externalId: z.string().min(1),
  generation: z.string().default('0'),
  createdAt: z.iso.datetime(),
  incident: z.record(z.string(), z.json()),
  alerts: z.array(z.record(z.string(), z.json())),
  deeds: z.array(
    z.object({
      at: z.iso.datetime(),
      did: z.enum(deeds),
      by: z.object({ kind: z.enum(['person', 'source', 'unknown']), id: z.string().optional() }),
    }),
  ),
  changes: z.array(z.iso.datetime()).optional(),
  read: z
    .looseObject({
      incident: z.looseObject({ ref: z.looseObject({}), service: z.looseObject({ id: z.string() }) }),
      alert: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
      witness: z.looseObject({ state: z.string() }),
    })
    .optional(),
});

export const recordedLine = (one: Recorded): string => `${JSON.stringify({ apiVersion, ...one })}\n`;

/** Lines of a recording. An incident that stands there twice is the one that was read last. Throws Failure naming the line that cannot be read. */
export function parseRecording(text: string, file: string): Recorded[] {
  const found = new Map<string, Recorded>();
  for (const [index, raw] of text.split('\n').entries()) {
    if (raw.trim() === '') continue;
    const one = parseLine(raw);
    if (typeof one === 'string')
      throw new Failure(
        'usage',
        `${file}:${index + 1} is no line of a recording (JSON Lines, as opssentinel try writes them): ${one}`,
      );
    const key = keyOf(one);
    const other = found.get(key);
    if (!other || isLater(one, other)) found.set(key, one);
  }
  return [...found.values()];
}

/** As `parseRecording`, but a last line that was cut off, as by Ctrl-C, is left out. */
export function parseInterrupted(text: string, file: string): Recorded[] {
  const last = text.lastIndexOf('\n');
  return parseRecording(last === -1 ? '' : text.slice(0, last + 1), file);
}

function parseLine(raw: string): Recorded | string {
  try {
    const parsed = line.safeParse(JSON.parse(raw));
    if (!parsed.success)
      return parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the line'}: ${message}`)[0] ?? '';
    const { apiVersion: _version, ...one } = parsed.data;
    return one as unknown as Recorded;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const keyOf = ({ source, externalId, generation }: Pick<Recorded, 'source' | 'externalId' | 'generation'>): string =>
  `${source}:${externalId}:${generation}`;

/** Whichever tells more of its end; where both tell the same, always the same one, whatever their order. */
function isLater(one: Recorded, other: Recorded): boolean {
  if (one.deeds.length !== other.deeds.length) return one.deeds.length > other.deeds.length;
  return canonicalJson(one) > canonicalJson(other);
}

export async function readRecording(path: string, shown: string): Promise<Recorded[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Failure(error.code === 'ENOENT' ? 'notFound' : 'usage', `${shown} cannot be read: ${error.message}`);
  });
  return parseRecording(text, shown);
}

/** In our words, by the source that reads such things live; in the order of time. Those that cannot be understood are counted. */
export function understand(
  recorded: readonly Recorded[],
  { sources, bodies }: Pick<Registry, 'sources' | 'bodies'>,
): { past: Past[]; unreadable: { id: string; because: string }[] } {
  const past: Past[] = [];
  const unreadable: { id: string; because: string }[] = [];
  for (const { source: id, externalId, generation, createdAt, deeds: done, changes, incident, alerts, read } of recorded) {
    const common = { source: id, externalId, createdAt, deeds: done, ...(changes ? { changes } : {}) };
    if (read) {
      past.push({ ...common, incident: read.incident, alert: read.alert, read });
      continue;
    }
    try {
      const source = sources.get(id);
      if (!source) throw new Error(`no source ${id} is installed`);
      past.push({
        ...common,
        ...source.normalise({ incident, alerts }, { source: id, externalId, generation }, 'token', bodies),
      });
    } catch (error) {
      unreadable.push({ id: externalId, because: error instanceof Error ? error.message : String(error) });
    }
  }
  return { past: past.sort(byTime), unreadable: unreadable.sort((a, b) => compare(a.id, b.id)) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byTime = (a: Past, b: Past): number =>
  Date.parse(a.createdAt) - Date.parse(b.createdAt) ||
  compare(a.source, b.source) ||
  compare(a.externalId, b.externalId) ||
  compare(a.incident.ref.generation, b.incident.ref.generation);
