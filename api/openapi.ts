import { STATUS_CODES } from 'node:http';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { routes } from './routes/index.js';
import type { Route } from './route.js';
import { ProblemDocument } from './shapes.js';

/** The whole REST API as OpenAPI 3.1, made from the route table. `api/openapi.json` is this, written down. */
export function openApiDocument(): Record<string, unknown> {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'OpsSentinel',
        version: '1',
        description:
          'Incidents, what was decided and done about them, approvals, holds and rules. Errors are RFC 9457 problem documents. Webhooks are not described here: their bodies are the senders’.',
      },
      servers: [{ url: '/' }],
      paths,
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description:
              'Scopes: viewer reads; adviser reads, and proposes over MCP; approver reads, and decides on plans; operator does all of these, stops and resumes; admin does everything.',
          },
        },
      },
    },
    {
      // Answers may gain members later: a reader must not refuse what it does not know.
      override: ({ jsonSchema, io }) => {
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    },
  );
  return JSON.parse(JSON.stringify(document)) as Record<string, unknown>;
}

/** The document's file, byte for byte. */
export const openApiFile = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;

function operation(route: Route): ZodOpenApiOperationObject {
  const secured = route.scope !== 'public';
  const says = [route.description, secured ? `Needs scope ${route.scope}.` : undefined]
    .filter((part) => part !== undefined)
    .join(' ');
  const problems = [...(takesInput(route) ? [400] : []), ...(secured ? [401, 403, 503] : []), ...(route.problems ?? [])];
  return {
    operationId: operationId(route),
    summary: route.summary,
    ...(says === '' ? {} : { description: says }),
    security: secured ? [{ token: [] }] : [],
    requestParams: {
      ...(route.params === undefined ? {} : { path: route.params }),
      ...(route.query === undefined ? {} : { query: route.query }),
    },
    ...(route.body === undefined ? {} : { requestBody: { content: { 'application/json': { schema: route.body } } } }),
    responses: { ...successes(route), ...Object.fromEntries(problems.map(problemResponse)) },
  };
}

function successes(route: Route) {
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, { says, schema, contentType = 'application/json', live }]) => [
      status,
      {
        description: says,
        content: {
          [contentType]: schema === undefined ? {} : { schema },
          ...(live === true ? { 'text/event-stream': {} } : {}),
        },
      },
    ]),
  );
}

const problemResponse = (status: number) => [
  String(status),
  { description: STATUS_CODES[status] ?? 'Problem', content: { 'application/problem+json': { schema: ProblemDocument } } },
];

const takesInput = (route: Route): boolean => route.params !== undefined || route.query !== undefined || route.body !== undefined;

/** `get /api/v1/incidents/{id}/plan` is `getIncidentsIdPlan`. */
function operationId({ method, path }: Route): string {
  const words = path
    .replace('/api/v1', '')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  return method + (words.length === 0 ? ['root'] : words).map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}
