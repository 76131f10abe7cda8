import { createHmac } from 'node:crypto';
import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld } from '../../contract/simulator.js';
import type { Instance, Row } from './instance.js';
import type { Change } from './records.js';

/** A notice that was sent, and what it was answered with; 0: nothing came. */
export interface Notice {
  body: string;
  status: number;
}

export interface BusinessRule {
  run: (change: Change) => void;
  sent: () => Notice[];
  /** Sends one again as it was. */
  resend: (notice: Notice) => Promise<number>;
  reset: () => void;
}

/** The Business Rule of README.md. contracts 4.5: our own contract, signed by us; sent once, and never again by itself. */
export function createBusinessRule(world: SandboxWorld, instance: Instance): BusinessRule {
  let notices: Notice[] = [];
  const post = async (body: string): Promise<number> => {
    try {
      const response = await fetch(`${world.settings.apiUrl}/webhooks/servicenow`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-opssentinel-signature': `v1=${createHmac('sha256', world.settings.webhookSecret).update(body).digest('hex')}`,
          'x-opssentinel': 'SANDBOX',
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(10_000),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  };
  const send = async (body: string, operation: string): Promise<void> => {
    const fault = world.takeFault(`notice ${operation}`)?.kind;
    const notice: Notice = { body, status: 0 };
    notices.push(notice);
    if (fault === 'reset-before') return;
    notice.status = await post(body);
    if (fault === 'duplicate-delivery') notice.status = await post(body);
  };
  return {
    run: (change) => {
      if (world.settings.apiUrl === '') return;
      if (change.after['correlation_id']?.startsWith('opssentinel:') && !instance.behaviour.tellsOfOurs) return;
      const body = JSON.stringify(noticeOf(instance, change));
      world.later(0, () => void send(body, change.operation));
    },
    sent: () => notices,
    resend: (notice) => post(notice.body),
    reset: () => {
      notices = [];
    },
  };
}

function noticeOf({ tables }: Instance, { operation, before, after, by }: Change): JsonObject {
  const text = (row: Row, column: string): string => row[column] ?? '';
  const userName = (row: Row): string =>
    tables['sys_user']?.find((one) => one['sys_id'] === row['assigned_to'])?.['user_name'] ?? '';
  return {
    table: 'incident',
    sys_id: text(after, 'sys_id'),
    number: text(after, 'number'),
    state: text(after, 'state'),
    sys_mod_count: text(after, 'sys_mod_count'),
    correlation_id: text(after, 'correlation_id'),
    operation,
    previous_state: operation === 'insert' ? '' : text(before, 'state'),
    reopen_count: text(after, 'reopen_count'),
    assigned_to: userName(after),
    previous_assigned_to: operation === 'insert' ? '' : userName(before),
    updated_by: by,
    updated_on: text(after, 'sys_updated_on'),
  };
}
