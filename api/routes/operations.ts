import { z } from 'zod';
import type { ApiContext } from '../context.js';
import { frontPage } from '../front-page.js';
import { incidentPage } from '../incident-page.js';
import { defineRoute } from '../route.js';
import { beforeDeadline } from '../runs.js';
import { Health, Readiness } from '../shapes.js';
import { IncidentParams } from './incident-id.js';

/** Milliseconds that a part has to say that it is there. */
const patienceMs = 1000;

export const healthz = defineRoute({
  method: 'get',
  path: '/healthz',
  scope: 'public',
  summary: 'Whether this process lives.',
  responses: { 200: { says: 'It does.', schema: Health } },
  handle: async ({ mode, version }) => ({ status: 200, body: { ok: true, mode, version } }),
});

export const readyz = defineRoute({
  method: 'get',
  path: '/readyz',
  scope: 'public',
  summary: 'Whether webhooks can be taken: Temporal, ledger and rules.',
  query: z.strictObject({ verbose: z.string().optional() }),
  responses: { 200: { says: 'Ready.', schema: Readiness }, 503: { says: 'Not ready.', schema: Readiness } },
  handle: async (context, { query }) => {
    const [temporal, ledger] = await Promise.all([
      part('Temporal', context.runs.reachable(context.now() + patienceMs)),
      part('the ledger (PostgreSQL)', beforeDeadline(context.now() + patienceMs, context.ledger.ready())),
    ]);
    const rules = rulesPart(context);
    const ready = temporal.ready && ledger.ready && rules.ready;
    const verbose = query.verbose === undefined ? {} : { parts: { temporal, ledger, rules } };
    return { status: ready ? 200 : 503, body: { ready, mode: context.mode, ...verbose } };
  },
});

export const front = defineRoute({
  method: 'get',
  path: '/',
  scope: 'public',
  summary: 'What this is, for whoever opens it in a browser.',
  responses: { 200: { says: 'A page.', contentType: 'text/html' } },
  handle: async (context) => ({ status: 200, body: undefined, html: frontPage(context) }),
});

export const incidentLink = defineRoute({
  method: 'get',
  path: '/i/{id}',
  scope: 'public',
  summary: 'Where a link in a note leads: the commands that show the incident. It shows no data.',
  params: IncidentParams,
  responses: { 200: { says: 'A page.', contentType: 'text/html' } },
  handle: async (context, { params }) => ({ status: 200, body: undefined, html: incidentPage(params.id, context) }),
});

async function part(name: string, proof: Promise<void>): Promise<{ ready: boolean; says: string }> {
  try {
    await proof;
    return { ready: true, says: `${name} answers` };
  } catch {
    return { ready: false, says: `${name} does not answer within ${patienceMs / 1000} s` };
  }
}

/** Broken rules keep the set before, so they are told here but do not take the door away. */
function rulesPart({ rules }: ApiContext): { ready: boolean; says: string } {
  const { rules: loaded, hash, problems } = rules.current();
  const broken = problems.length === 0 ? '' : `; the last reload found ${problems.length} problems, so the set before stays`;
  return { ready: true, says: `${loaded.length} rules, ${hash.slice(0, 8)}${broken}` };
}
