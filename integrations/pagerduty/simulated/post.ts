import { createHmac } from 'node:crypto';
import { withDeadline } from '../../contract/deadline.js';
import type { SandboxWorld } from '../../contract/simulator.js';
import type { Behaviour } from './account.js';

/** Where a subscription sends, and signed with what. */
export interface Address {
  id: string;
  url: string;
  /** Several while a secret is rotated. */
  secrets: readonly string[];
  headers: Record<string, string>;
}

interface Way {
  world: SandboxWorld;
  behaviour: () => Behaviour;
  to: () => Address;
}

/** Sends a webhook once, signed with every active secret. Gives the status; 0 when none came in time. */
export async function post({ behaviour, to }: Way, body: string, webhookId: string, signal: AbortSignal): Promise<number> {
  const { answerWithinMs } = behaviour();
  const address = to();
  try {
    const response = await fetch(address.url, {
      method: 'POST',
      headers: headersOf(body, webhookId, address),
      body,
      redirect: 'manual',
      signal: withDeadline(signal, answerWithinMs),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

/** One attempt at a delivery, with the fault that was scripted for it. */
export async function attempt(
  way: Way,
  delivery: { eventType: string; webhookId: string; body: string },
  signal: AbortSignal,
): Promise<number> {
  const fault = way.world.takeFault(`webhook ${delivery.eventType}`);
  if (fault?.kind === 'reset-before') return 0;
  const sends = fault?.kind === 'duplicate-delivery' ? 2 : 1;
  let status = 0;
  for (let sent = 0; sent < sends; sent += 1) status = await post(way, delivery.body, delivery.webhookId, signal);
  return fault?.kind.startsWith('execute-then') ? 0 : status;
}

function headersOf(body: string, webhookId: string, { id, secrets, headers }: Address): Record<string, string> {
  const signatures = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`);
  return {
    'content-type': 'application/json',
    'user-agent': 'PagerDuty-Webhook/V3.0',
    'x-pagerduty-signature': signatures.join(','),
    'x-webhook-id': webhookId,
    'x-webhook-subscription': id,
    ...headers,
    'x-opssentinel': 'SANDBOX',
  };
}
