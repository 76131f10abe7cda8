import type { WireRequest, WireResponse } from '../../../contract/simulator.js';
import { element, formOf, xml } from '../wire.js';
import { certificateKinds, simulatedCertificate } from './certificate.js';
import { certificatePath } from './message.js';

/** What can stand where a certificate should. */
const servings = ['huge', 'redirect', 'garbage', 'away'] as const;

export const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';
export const snsHost = /^sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;

/** For the calls list and for faults. A SubscribeURL that is fetched is shown as such. */
export function operationOf(request: WireRequest): string {
  if (request.path.endsWith('.pem')) return 'sns:certificate';
  if (request.method === 'GET') return `sns:${request.query.get('Action') ?? ''} (SubscribeURL)`;
  return `sns:${formOf(request).get('Action') ?? ''}`;
}

/** A certificate of the kind that its path names (contracts 2.1), or what stands in its place. */
export function certificateAt(path: string): WireResponse {
  const kind = certificateKinds.find((one) => certificatePath(one) === path);
  const headers = { 'content-type': 'application/x-pem-file' };
  if (kind) return { status: 200, headers, body: simulatedCertificate(kind).pem };
  switch (servings.find((one) => certificatePath(one) === path)) {
    case 'huge':
      return { status: 200, headers, body: `${simulatedCertificate('good').pem}${'x'.repeat(1024 * 1024)}` };
    case 'redirect':
      return { status: 302, headers: { location: certificatePath('good') } };
    case 'garbage':
      return { status: 200, headers, body: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' };
    case 'away':
      return { status: 503, headers: { 'content-type': 'text/plain' }, body: 'SANDBOX: away' };
    case undefined:
      return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'SANDBOX: nothing here' };
  }
}

/** An error as the query protocol writes it. */
export function snsError(status: number, code: string, message: string): WireResponse {
  const type = element('Type', status < 500 ? 'Sender' : 'Receiver');
  const error = `<Error>${type}${element('Code', code)}${element('Message', message)}</Error>`;
  return xml(`<ErrorResponse xmlns="${namespace}">${error}</ErrorResponse>`, status);
}
