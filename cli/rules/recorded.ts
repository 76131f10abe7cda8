import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Json, JsonObject } from '../../domain/json.js';
import { planIn } from '../../domain/plan.js';
import type { Target } from '../../domain/target.js';
import type { Registry } from '../../integrations/contract/registry.js';
import type { Policy } from '../../rules/language/policy.js';
import { firstService, readRecording, type Told } from '../cases/recording.js';
import { apiClient, type Context } from '../context.js';
import { Failure } from '../failure.js';

/** An incident that a rule can be made from. */
export interface Recorded extends Told {
  /** What a case is to be played from. */
  fixture: Json;
  /** As it was read then, where it was. */
  target?: Target;
}

/** A recorded delivery of a file, or an incident that the API knows. Rejects with Failure or ApiError. */
export async function recordedFrom(
  context: Context,
  subject: string,
  readers: Pick<Registry, 'sources' | 'bodies'>,
  policy: Policy,
): Promise<Recorded> {
  const path = resolve(context.cwd, subject);
  if (!existsSync(path)) return recordedIncident(context, subject);
  const json = await jsonOf(path, subject);
  try {
    return { ...readRecording(inEnvelope(json), readers, firstService(policy, undefined), subject), fixture: inEnvelope(json) };
  } catch (error) {
    throw new Failure('usage', error instanceof Error ? error.message : String(error));
  }
}

/** The incident and its alert as they were understood then; who had it is nobody's business in a repository. */
async function recordedIncident(context: Context, id: string): Promise<Recorded> {
  const { decision } = await apiClient(context, 'viewer').plan(id);
  const { url: _url, mergedInto: _merged, ...incident } = { ...decision.incident, heldBy: [] };
  const target = planIn(decision)?.target;
  const told = { incident, alert: decision.alert };
  return {
    ...told,
    fixture: JSON.parse(JSON.stringify(told)) as Json,
    ...(target === undefined ? {} : { target }),
  };
}

export async function jsonOf(path: string, shown: string): Promise<Json> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Json;
  } catch (error) {
    throw new Failure('usage', `${shown} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What `-o json` wrote: the one item of its envelope, and of a plan its decision. */
function inEnvelope(json: Json): Json {
  const isObject = (value: Json | undefined): value is JsonObject =>
    value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isObject(json)) return json;
  const { items, decision } = json;
  if (Array.isArray(items) && items.length === 1 && isObject(items[0])) return inEnvelope(items[0]);
  if (!isObject(decision)) return json;
  const { incident = null, alert = null } = decision;
  return { incident, alert };
}
