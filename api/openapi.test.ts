import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { openApiDocument, openApiFile } from './openapi.js';
import { routes } from './routes/index.js';

const document = openApiDocument() as {
  openapi: string;
  paths: Record<
    string,
    Record<string, { security: unknown[]; operationId: string; responses: Record<string, { content?: object }> }>
  >;
};

describe('the OpenAPI document', () => {
  it('written down is the one that the route table makes', () => {
    expect(readFileSync('api/openapi.json', 'utf8')).toBe(openApiFile());
  });

  it('has every route, with its own operation id and its right to be asked', () => {
    const ids = routes.map(({ method, path, scope }) => {
      const operation = document.paths[path]?.[method];
      expect(operation?.security).toEqual(scope === 'public' ? [] : [{ token: [] }]);
      return operation?.operationId;
    });
    expect(new Set(ids).size).toBe(routes.length);
  });

  it('says of every error that it is a problem document', () => {
    for (const operations of Object.values(document.paths)) {
      for (const { responses, security } of Object.values(operations)) {
        for (const [status, { content }] of Object.entries(responses)) {
          if (Number(status) >= 400 && security.length > 0)
            expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
        }
      }
    }
  });
});
