import type { CreateSimulator, Simulator, WireRequest } from '../contract/simulator.js';
import { account, createAccess } from './simulated/access.js';
import { createBusinessRule } from './simulated/business-rule.js';
import { answerControl, controlRoutes } from './simulated/control.js';
import { createInstance } from './simulated/instance.js';
import { createPagerDutyApp } from './simulated/pagerduty-app.js';
import { type Change, createRecords } from './simulated/records.js';
import { type Addressed, answerTable, failure, json, tablePath } from './simulated/table-api.js';

const mount = /^\/servicenow(?=\/)/;

/** A ServiceNow instance: Table API, tokens, a Business Rule that tells of changes, and PagerDuty's app on it. */
const createServiceNow: CreateSimulator = (world): Simulator => {
  const instance = createInstance(world);
  const access = createAccess(world, instance);
  const rule = createBusinessRule(world, instance);
  const listeners: ((change: Change) => void)[] = [rule.run];
  const records = createRecords(instance, (change) => {
    for (const heard of listeners) heard(change);
  });
  listeners.push(createPagerDutyApp(world, instance, records).onChange);

  return {
    vendor: 'servicenow',
    claims: ({ path }) => mount.test(path),
    operation: ({ method, path }) => {
      const at = addressed(path);
      return at ? `${method} ${at.table}${at.sysId === undefined ? '' : '/{sys_id}'}` : `${method} ${path.replace(mount, '')}`;
    },
    answer: (request) => {
      const path = request.path.replace(mount, '');
      if (request.method === 'POST' && path === '/oauth_token.do') return access.token(request);
      const at = addressed(request.path);
      if (!at) return json(501, { error: { message: `SANDBOX: ServiceNow's ${request.method} ${path} is not simulated` } });
      return access.denied(request) ?? answerTable({ world, instance, records }, request, at);
    },
    refusal,
    received: () => ({
      tickets: instance.incidents.filter((row) => row['correlation_id']?.startsWith('opssentinel:')).length,
    }),
    controls: controlRoutes,
    control: (request) => answerControl({ instance, records, rule, access }, request),
    environment: ({ address, webhookSecret }) => ({
      SERVICENOW_URL: `${address}/servicenow`,
      SERVICENOW_USER: account.user,
      SERVICENOW_PASSWORD: account.password,
      SERVICENOW_OPEN_TICKETS: 'true',
      SERVICENOW_WEBHOOK_SECRETS: webhookSecret,
    }),
    reset: () => {
      instance.reset();
      access.reset();
      rule.reset();
    },
  };
};

export default createServiceNow;

function addressed(path: string): Addressed | undefined {
  const [, version, table, sysId] = tablePath.exec(path.replace(mount, '')) ?? [];
  return table === undefined ? undefined : { version, table, sysId };
}

/** A scripted 503 and 500 are a transaction quota's: contracts 4.3. */
function refusal(_request: WireRequest, status: number): ReturnType<typeof failure> {
  if (status >= 500) return failure(status, 'Transaction cancelled: maximum execution time exceeded', 'SANDBOX: scripted');
  return failure(
    status,
    `SANDBOX: scripted ${status}`,
    status === 403 ? 'ACL Exception Update Failed due to security constraints' : '',
  );
}
