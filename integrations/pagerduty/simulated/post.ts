import { createHmac } from 'node:crypto';
import type { SandboxWorld } from '../../contract/simulator.js';
import { type Behaviour, subscriptionId } from './account.js';

interface Way {
  world: SandboxWorld;
  behaviour: () => Behaviour;
}

/** Sends a webhook once, signed with every active secret. Gives the status; 0 when none came in time. */
export async function post({ world, behaviour }: Way, body: string, webhookId: string, signal: AbortSignal): Promise<number> {
  const { secrets, answerWithinMs } = behaviour();
  try {
    const response = await fetch(world.settings.webhookUrl, {
      method: 'POST',
      headers: headersOf(body, webhookId, secrets.length > 0 ? secrets : [world.settings.webhookSecret]),
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
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

function headersOf(body: string, webhookId: string, secrets: readonly string[]): Record<string, string> {
  const signatures = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`);
  return {
    'content-type': 'application/json',
    'user-agent': 'PagerDuty-Webhook/V3.0',
    'x-pagerduty-signature': signatures.join(','),
    'x-webhook-id': webhookId,
    'x-webhook-subscription': subscriptionId,
    'x-opssentinel': 'SANDBOX',
  };
}
