import { describe, expect, it } from '@jest/globals';
import { VendorError } from '../contract/errors.js';
import { asVendorError } from './errors.js';

const sdk = (name: string, status?: number, message = 'words', more: object = {}) =>
  Object.assign(new Error(message), { name, ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }) }, more);

describe('SDK errors in our own terms', () => {
  it.each([
    ['a write that timed out', sdk('TimeoutError'), 'ambiguous', 'unavailable'],
    ['a write that was cancelled', sdk('AbortError'), 'ambiguous', 'unavailable'],
    ['a broken connection', sdk('Error', undefined, 'socket hang up', { code: 'ECONNRESET' }), 'ambiguous', 'unavailable'],
    ['an unreadable answer', sdk('SyntaxError', 200), 'ambiguous', 'unavailable'],
    ['a 500', sdk('InternalServerError', 500), 'ambiguous', 'unavailable'],
    ['a 503 that calls itself throttling', sdk('ThrottlingException', 503), 'ambiguous', 'unavailable'],
    ['a used token', sdk('IdempotentParameterMismatch', 400), 'ambiguous', 'unavailable'],
    ['an unknown thing', 'a string', 'ambiguous', 'unavailable'],
    ['a refused connection', sdk('Error', undefined, 'connect', { code: 'ECONNREFUSED' }), 'unavailable', 'unavailable'],
    ['an unknown host', sdk('Error', undefined, 'getaddrinfo', { code: 'ENOTFOUND' }), 'unavailable', 'unavailable'],
    ['throttling', sdk('ThrottlingException', 400), 'throttled', 'throttled'],
    ['EC2 throttling', sdk('RequestLimitExceeded', 400), 'throttled', 'throttled'],
    ['too many automations', sdk('AutomationExecutionLimitExceededException', 400), 'throttled', 'throttled'],
    ['a bare 429', sdk('UnknownError', 429), 'throttled', 'throttled'],
    ['validation', sdk('ValidationException', 400), 'refused', 'refused'],
    ['wrong parameters', sdk('InvalidAutomationExecutionParametersException', 400), 'refused', 'refused'],
    ['missing rights', sdk('AccessDeniedException', 400), 'forbidden', 'forbidden'],
    ['EC2 missing rights', sdk('UnauthorizedOperation', 403), 'forbidden', 'forbidden'],
    ['no credentials', sdk('CredentialsProviderError'), 'forbidden', 'forbidden'],
    ['an expired token', sdk('ExpiredTokenException', 400), 'forbidden', 'forbidden'],
    ['no such document', sdk('AutomationDefinitionNotFoundException', 400), 'absent', 'absent'],
    ['no such instance', sdk('InvalidInstanceID.NotFound', 400), 'absent', 'absent'],
    ['a bare 404', sdk('UnknownError', 404), 'absent', 'absent'],
    ['no such database', sdk('DBInstanceNotFoundFault', 404), 'absent', 'absent'],
    ['a database that is not available', sdk('InvalidDBInstanceStateFault', 400), 'conflict', 'conflict'],
    ['an automation that is over', sdk('InvalidAutomationStatusUpdateException', 400), 'conflict', 'conflict'],
    ['what is there already', sdk('ResourceAlreadyExistsException', 400), 'conflict', 'conflict'],
    ['a wrong state', sdk('IncorrectInstanceState', 400), 'conflict', 'conflict'],
    ['a group that is busy', sdk('ScalingActivityInProgressFault', 400), 'conflict', 'conflict'],
    ['a group that others change as well', sdk('ResourceContentionFault', 500), 'ambiguous', 'unavailable'],
    ['a service that is not active', sdk('ServiceNotActiveException', 400), 'conflict', 'conflict'],
    ['no such cluster', sdk('ClusterNotFoundException', 400), 'absent', 'absent'],
    ['no such service', sdk('ServiceNotFoundException', 400), 'absent', 'absent'],
  ])('%s', (_what, error, asWrite, asRead) => {
    expect(asVendorError(error, 'write').fault).toBe(asWrite);
    expect(asVendorError(error, 'read').fault).toBe(asRead);
  });

  it('takes Retry-After over, in milliseconds', () => {
    const error = sdk('ThrottlingException', 429, 'Rate exceeded', { $response: { headers: { 'retry-after': '3' } } });
    expect(asVendorError(error, 'write').retryAfterMs).toBe(3_000);
    expect(asVendorError(sdk('ThrottlingException', 400), 'write').retryAfterMs).toBeUndefined();
  });

  it('leaves our own errors as they are', () => {
    const ours = new VendorError('aws', 'refused', 'no');
    expect(asVendorError(ours, 'write')).toBe(ours);
  });

  it('tells which right is missing', () => {
    const message =
      'User: arn:aws:sts::111122223333:assumed-role/OpsSentinelAct/os is not authorized to perform: ssm:StartAutomationExecution on resource: x';
    expect(asVendorError(sdk('AccessDeniedException', 400, message), 'write').message).toContain('ssm:StartAutomationExecution');
  });

  const canary = 'IQoJb3JpZ2luX2VjECanary';
  it.each([
    [
      'a signature error that quotes the request',
      sdk(
        'SignatureDoesNotMatch',
        403,
        `The Canonical String for this request should have been\nPOST\nx-amz-security-token:${canary}\n`,
      ),
    ],
    ['an unrecognized client', sdk('UnrecognizedClientException', 400, `token ${canary}`)],
    ['a provider that shows what it read', sdk('CredentialsProviderError', undefined, `could not parse ${canary}`)],
    ['a refusal with a header in it', sdk('ValidationException', 400, `bad header X-Amz-Security-Token: ${canary}`)],
    ['a refusal with a key id', sdk('ValidationException', 400, 'Credential=ASIACANARY0000000000/20260930/eu-west-1')],
    ['a refusal with JSON', sdk('ValidationException', 400, `{"sessionToken":"${canary}"}`)],
    ['a very long encoded message', sdk('ValidationException', 400, `Encoded: ${canary.repeat(20)}`)],
  ])('never lets a secret out: %s', (_what, error) => {
    for (const kind of ['read', 'write'] as const) {
      const { message, stack = '', cause } = asVendorError(error, kind);
      expect(`${message}${stack}${String(cause)}`).not.toMatch(/Canary|ASIACANARY/);
      expect(message.length).toBeLessThan(450);
    }
  });
});
