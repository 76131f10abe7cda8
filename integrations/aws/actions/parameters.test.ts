import { describe, expect, it } from '@jest/globals';
import { asLists, documentParameters } from './parameters.js';

describe('parameters of an SSM document', () => {
  it('travel as lists of one text each, whatever their type', () => {
    expect(asLists({ InstanceId: 'i-0aa11bb22cc33dd44', Keep: '3' })).toEqual({
      InstanceId: ['i-0aa11bb22cc33dd44'],
      Keep: ['3'],
    });
  });

  it('keep the limits of SSM: 512 characters a value, 50 a name', () => {
    const takes = (parameters: object): boolean => documentParameters.safeParse(parameters).success;
    expect(takes({ Path: 'a'.repeat(512) })).toBe(true);
    expect(takes({ Path: 'a'.repeat(513) })).toBe(false);
    expect(takes({ ['N'.repeat(50)]: 'a' })).toBe(true);
    expect(takes({ ['N'.repeat(51)]: 'a' })).toBe(false);
    expect(takes({ Path: ['a'] })).toBe(false);
  });
});
