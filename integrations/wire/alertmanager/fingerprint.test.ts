import { describe, expect, it } from '@jest/globals';
import { fingerprintOf } from './fingerprint.js';

describe('fingerprintOf', () => {
  it('gives what Alertmanager 0.25 answered for these labels', () => {
    expect(fingerprintOf({ instance: 'b', alertname: 'High CPU' })).toBe('9f82d93f1c2b9ecd');
    expect(fingerprintOf({ alertname: 'High CPU', instance: 'i-0aa11bb22cc33dd44', unicode: 'é' })).toBe('d303afa70e592d56');
  });

  it('tells names from values', () => {
    expect(fingerprintOf({ a: 'bc' })).not.toBe(fingerprintOf({ ab: 'c' }));
  });
});
