import { ExecutionStatus } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endOfExecution, endOfInvocation } from './lambda-answer.js';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)) as never;
const answer = (over: object = {}) => ({ StatusCode: 200, ExecutedVersion: '7', $metadata: {}, ...over });
const execution = (over: object) => ({ Version: '7', $metadata: {}, ...over }) as never;

describe('what a function answered', () => {
  it('is never a success with a function error, whatever else it says', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.json(), fc.option(fc.constantFrom('7', '8')), (error, body, version) => {
        const end = endOfInvocation(
          answer({ FunctionError: error, Payload: bytes(body), ExecutedVersion: version ?? undefined }),
          '7',
        );
        expect(end.status).toBe('failed');
        expect(end.says.length).toBeLessThan(500);
      }),
    );
  });

  it('is told on one short line, without secrets, control characters and stacks', () => {
    const message = `\u001b[31mboom\u001b[0m\u0000\u202e\npassword: hunter2canary ${'x '.repeat(500)}`;
    const { says } = endOfInvocation(
      answer({
        FunctionError: 'Unhandled',
        Payload: bytes({ errorType: 'Error', errorMessage: message, stackTrace: ['at canary'] }),
      }),
      '7',
    );
    expect(says).toContain('Unhandled: Error: boom');
    expect(says).not.toMatch(/canary|\p{Cc}|\p{Cf}/u);
    expect(says.length).toBeLessThan(350);
  });

  it.each([undefined, 'not json', '[1]', 'null', '"text"', { message: 7 }, 'x'.repeat(100_000)])(
    'may be anything: %#',
    (body) => {
      const Payload = body === undefined ? undefined : bytes(body);
      expect(endOfInvocation(answer({ Payload }), '7')).toEqual({
        status: 'succeeded',
        says: 'lambda:Invoke: 200, ran version 7, no function error',
      });
    },
  );
});

describe('how a durable execution ended', () => {
  it.each(Object.values(ExecutionStatus))('knows %s', (status) => {
    const end = endOfExecution(execution({ Status: status }), '7');
    if (status === 'RUNNING') expect(end).toBeUndefined();
    else expect(end?.status).toBe(status === 'SUCCEEDED' ? 'succeeded' : 'failed');
  });

  it('a status that nobody knows is still running, never a success', () => {
    expect(endOfExecution(execution({ Status: 'SUCCEEDED_PROBABLY' }), '7')).toBeUndefined();
    expect(endOfExecution(execution({}), '7')).toBeUndefined();
  });

  it('tells the error, and a success of another version is a failure', () => {
    const failed = execution({ Status: 'FAILED', Error: { ErrorType: 'RangeError', ErrorMessage: 'empty' } });
    expect(endOfExecution(failed, '7')?.says).toContain('RangeError: empty');
    expect(endOfExecution(execution({ Status: 'SUCCEEDED', Version: '8' }), '7')).toMatchObject({ status: 'failed' });
  });
});
