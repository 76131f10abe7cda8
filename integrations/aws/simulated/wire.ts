import { gunzipSync } from 'node:zlib';
import type { WireRequest, WireResponse } from '../../contract/simulator.js';

/** Whom a signed request comes from and what it is for, as its Signature Version 4 scope says. */
export interface Scope {
  account: string;
  region: string;
  /** As it stands in the signature's scope: `ssm`, `ec2`, `monitoring` (CloudWatch), … */
  service: string;
  /** The access key id: that of a session where a role was assumed. */
  key: string;
}

// Convention of the sandbox: the access key id is SANDBOX and the account's number, and S and a number for a session of a role there.
// Real AWS looks the account up by the key.
const scopePattern = /Credential=([A-Za-z0-9]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/;

export function scopeOf({ headers }: WireRequest): Scope | undefined {
  const [, key = '', region, service] = scopePattern.exec(headers.authorization ?? '') ?? [];
  const [, account] = /^SANDBOX(\d{12})(?:S\d+)?$/.exec(key) ?? [];
  return region && service ? { account: account ?? '', region, service, key } : undefined;
}

/** Services that speak the query protocol: form in, XML out (contracts 5: EC2, Auto Scaling, IAM, RDS, STS). */
const query = new Set(['ec2', 'autoscaling', 'iam', 'rds', 'sts']);

export const isQuery = (service: string): boolean => query.has(service);

/** AWS names what only reads so. */
export const isRead = (operation: string): boolean => /:(Describe|Get|List|Lookup)/.test(operation);

/** The operation of a request: `ssm:StartAutomationExecution`. Empty when it is not AWS's. */
export function operationOf(request: WireRequest): string {
  const service = scopeOf(request)?.service;
  if (service === undefined) return '';
  if (query.has(service)) return `${service}:${formOf(request).get('Action') ?? ''}`;
  if (service === 'lambda') return `lambda:${lambdaOperation(request)}`;
  const action = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
  return `${service === 'monitoring' ? 'cloudwatch' : service}:${action}`;
}

/** Lambda is REST: method and path name the operation. */
function lambdaOperation({ method, path }: WireRequest): string {
  if (method === 'POST' && /^\/2015-03-31\/functions\/[^/]+\/invocations$/.test(path)) return 'Invoke';
  if (method === 'GET' && /^\/2015-03-31\/functions\/[^/]+\/configuration$/.test(path)) return 'GetFunctionConfiguration';
  if (method === 'GET' && /^\/2025-12-01\/functions\/[^/]+\/durable-executions$/.test(path))
    return 'ListDurableExecutionsByFunction';
  if (method === 'GET' && /^\/2025-12-01\/durable-executions\/[^/]+$/.test(path)) return 'GetDurableExecution';
  return `${method} ${path}`;
}

export const formOf = ({ body }: WireRequest): URLSearchParams => new URLSearchParams(body.toString('utf8'));

/** A JSON body's members; empty where there is none. The client compresses what it sends to PutMetricData (contracts 6: gzip allowed). */
export function membersOf<Members>({ headers, body }: WireRequest): Partial<Members> {
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return JSON.parse(bytes.toString('utf8') || '{}') as Partial<Members>;
}

/** `Name.member.1`, `Name.member.2`, …: how the query protocol writes a list. EC2 leaves `member` out. */
export const listIn = (form: URLSearchParams, name: string): string[] =>
  [...form].filter(([key]) => new RegExp(`^${name}(\\.member)?\\.\\d+$`).test(key)).map(([, value]) => value);

/** SSM and ECS speak awsJson1.1, CloudWatch's JavaScript client 1.0, Lambda plain JSON. */
function jsonType(request: WireRequest): string {
  const service = scopeOf(request)?.service;
  if (service === 'lambda') return 'application/json';
  return `application/x-amz-json-${service === 'monitoring' ? '1.0' : '1.1'}`;
}

export const requestId = '00000000-0000-4000-8000-000000000000';

export const json = (request: WireRequest, body: unknown, status = 200): WireResponse => ({
  status,
  headers: { 'content-type': jsonType(request), 'x-amzn-requestid': requestId },
  body: JSON.stringify(body),
});

export const xml = (body: string, status = 200): WireResponse => ({
  status,
  headers: { 'content-type': 'text/xml;charset=UTF-8' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
});

/** An answer of the query protocol as Auto Scaling, RDS and STS shape it: `<XResponse><XResult>…`. */
export function queryResult(namespace: string, action: string, result: string): WireResponse {
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return xml(
    `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result>${metadata}</${action}Response>`,
  );
}

export const escapeXml = (text: string): string => text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** `<tag>text</tag>`, escaped. */
export const element = (tag: string, text: string | number | boolean): string => `<${tag}>${escapeXml(String(text))}</${tag}>`;

/** An error in the shape of the service that was asked. */
export function failure(request: WireRequest, code: string, message: string, status = 400): WireResponse {
  const service = scopeOf(request)?.service ?? '';
  const error = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  if (service === 'ec2')
    return xml(`<Response><Errors><Error>${error}</Error></Errors><RequestID>${requestId}</RequestID></Response>`, status);
  if (query.has(service)) {
    const type = `<Type>${status < 500 ? 'Sender' : 'Receiver'}</Type>`;
    return xml(`<ErrorResponse><Error>${type}${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`, status);
  }
  const answer = json(request, service === 'lambda' ? { Type: 'User', Message: message } : { __type: code, message }, status);
  return service === 'lambda' ? { ...answer, headers: { ...answer.headers, 'x-amzn-errortype': code } } : answer;
}

/** What a scripted fault of this status looks like at AWS. */
export function refusal(request: WireRequest, status: number): WireResponse {
  if (status === 403)
    return failure(
      request,
      'AccessDeniedException',
      `User: arn:aws:sts::000000000000:assumed-role/sandbox is not authorized to perform: ${operationOf(request)}`,
      scopeOf(request)?.service === 'lambda' ? 403 : 400,
    );
  if (status === 429)
    return scopeOf(request)?.service === 'lambda'
      ? failure(request, 'TooManyRequestsException', 'Rate Exceeded.', 429)
      : failure(request, 'ThrottlingException', 'Rate exceeded', 400);
  if (status >= 500)
    return failure(
      request,
      status === 503 ? 'ServiceUnavailable' : 'InternalServerError',
      'An internal error has occurred',
      status,
    );
  const code = { 401: 'UnrecognizedClientException', 404: 'ResourceNotFoundException', 409: 'ResourceInUseException' }[status];
  return failure(request, code ?? 'ValidationException', 'A scripted refusal of the sandbox', status);
}
