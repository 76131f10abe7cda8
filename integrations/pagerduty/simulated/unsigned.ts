import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Json, JsonObject } from '../../../domain/json.js';
import type { SandboxWorld } from '../../contract/simulator.js';
import { firstPerson, seconds, type SimIncident, userReference, users } from './account.js';

/** Whoever sends these waits longer than a webhook does (contracts 1.4: 16 s). Milliseconds. */
const answerWithinMs = 16_000;

const kinds = ['button', 'orchestration', 'workflow', 'plain'];

const buttonBody = z.strictObject({ label: z.string().min(1), by: z.string().optional() });
const bodyBody = z.strictObject({ parameters: z.record(z.string(), z.string()).default({}) });

/** What people press, and what orchestrations and workflows send: to our door, with the header that was configured, never signed. */
export async function sendUnsigned(
  world: SandboxWorld,
  kind: string,
  incident: SimIncident | undefined,
  read: unknown,
): Promise<JsonObject | undefined> {
  if (!kinds.includes(kind)) return undefined;
  const body = bodyOf(world, kind, incident, read);
  if (body === undefined || 'error' in body) return body;
  return { sent: body, status: await send(world, body) };
}

function bodyOf(world: SandboxWorld, kind: string, incident: SimIncident | undefined, read: unknown): JsonObject | undefined {
  if (kind === 'button' && incident) {
    const parsed = buttonBody.safeParse(read);
    if (!parsed.success) return { error: z.prettifyError(parsed.error) };
    const by = users.find(({ id, email }) => [id, email].includes(parsed.data.by ?? firstPerson.id));
    return by ? buttonEnvelope(world, incident, parsed.data.label, by) : { error: `There is no user ${parsed.data.by}.` };
  }
  const parsed = bodyBody.safeParse(read);
  if (!parsed.success) return { error: z.prettifyError(parsed.error) };
  const { parameters } = parsed.data;
  // contracts 1.5: what an orchestration sends is not documented; public receivers find the incident below this name.
  if (kind === 'orchestration')
    return incident ? { ...parameters, __pd_metadata: { incident: { id: incident.id } } } : { ...parameters };
  // contracts 1.6: a workflow's body is whatever somebody wrote.
  if (kind === 'workflow' && incident) return { incident_id: incident.id, title: incident.title, ...parameters };
  if (kind === 'plain' && incident)
    return {
      incident: { id: incident.id },
      service: { name: incident.service.name },
      trigger_details: incident.title,
      ...parameters,
    };
  return undefined;
}

/** contracts 1.4: the V2 envelope. */
function buttonEnvelope(world: SandboxWorld, incident: SimIncident, label: string, by: (typeof users)[number]): JsonObject {
  const entry: Json = { type: 'custom_log_entry', agent: userReference(by), channel: { type: 'custom' } };
  return {
    messages: [
      {
        id: randomUUID(),
        event: 'incident.custom',
        created_on: seconds(world.now()),
        webhook: {
          id: 'PSBXEXT',
          type: 'webhook',
          name: label,
          endpoint_url: world.settings.webhookUrl,
          config: {},
          outbound_integration: { type: 'outbound_integration_reference' },
        },
        log_entries: [entry],
        incident: {
          id: incident.id,
          incident_number: incident.number,
          title: incident.title,
          status: incident.status,
          incident_key: incident.key,
          service: { id: incident.service.id },
        },
      },
    ],
  };
}

/** 0: no answer in time. */
async function send(world: SandboxWorld, body: JsonObject): Promise<number> {
  try {
    const response = await fetch(world.settings.webhookUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${world.settings.doorToken}`,
        'x-webhook-id': randomUUID(),
        'x-opssentinel': 'SANDBOX',
      },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(answerWithinMs),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
