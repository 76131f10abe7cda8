import type { WireRequest, WireResponse } from '../../contract/simulator.js';

/** Whom a signed request comes from and what it is for, as its Signature Version 4 scope says. */
export interface Scope {
  account: string;
  region: string;
  /** `ssm`, `ec2`, `monitoring` (CloudWatch). */
  service: string;
}

// Convention of the sandbox: the access key id is SANDBOX and the account's number. Real AWS looks the account up by the key.
const scopePattern = /Credential=([A-Za-z0-9]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/;

export function scopeOf({ headers }: WireRequest): Scope | undefined {
  const [, key, region, service] = scopePattern.exec(headers.authorization ?? '') ?? [];
  const [, account] = /^SANDBOX(\d{12})$/.exec(key ?? '') ?? [];
  return region && service ? { account: account ?? '', region, service } : undefined;
}

/** The operation of a request: `ssm:StartAutomationExecution`. Empty when it is not AWS's. */
export function operationOf(request: WireRequest): string {
  const service = scopeOf(request)?.service;
  if (service === 'ec2') return `ec2:${new URLSearchParams(request.body.toString('utf8')).get('Action') ?? ''}`;
  const action = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
  if (service === 'monitoring') return `cloudwatch:${action}`;
  return service ? `${service}:${action}` : '';
}

/** The Node type of an answer's headers in the JSON protocols: SSM speaks 1.1, CloudWatch's JavaScript client 1.0. */
const jsonVersion = (request: WireRequest): string => (scopeOf(request)?.service === 'monitoring' ? '1.0' : '1.1');

const requestId = '00000000-0000-4000-8000-000000000000';

export const json = (request: WireRequest, body: unknown, status = 200): WireResponse => ({
  status,
  headers: { 'content-type': `application/x-amz-json-${jsonVersion(request)}`, 'x-amzn-requestid': requestId },
  body: JSON.stringify(body),
});

export const xml = (body: string, status = 200): WireResponse => ({
  status,
  headers: { 'content-type': 'text/xml;charset=UTF-8' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
});

export const escapeXml = (text: string): string => text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** An error in the shape of the service that was asked. */
export function failure(request: WireRequest, code: string, message: string, status = 400): WireResponse {
  if (scopeOf(request)?.service === 'ec2') {
    const error = `<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>`;
    return xml(`<Response><Errors>${error}</Errors><RequestID>${requestId}</RequestID></Response>`, status);
  }
  return json(request, { __type: code, message }, status);
}

/** What a scripted fault of this status looks like at AWS. */
export function refusal(request: WireRequest, status: number): WireResponse {
  if (status === 403)
    return failure(
      request,
      'AccessDeniedException',
      `User: arn:aws:sts::000000000000:assumed-role/sandbox is not authorized to perform: ${operationOf(request)}`,
      400,
    );
  if (status === 429) return failure(request, 'ThrottlingException', 'Rate exceeded', 400);
  if (status >= 500)
    return failure(
      request,
      status === 503 ? 'ServiceUnavailable' : 'InternalServerError',
      'An internal error has occurred',
      status,
    );
  return failure(request, 'ValidationException', 'A scripted refusal of the sandbox', status);
}
