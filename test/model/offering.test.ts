import { describe, expect, it } from '@jest/globals';
import { offeringKey, parseOfferingKey } from '../../src/model/offering.ts';

describe('parseOfferingKey', () => {
  it('takes apart what offeringKey put together', () => {
    for (const lifecycle of ['spot', 'on-demand'] as const) {
      const parts = { type: 't3.small', zone: 'ap-southeast-1a', lifecycle };
      expect(parseOfferingKey(offeringKey(parts))).toEqual(parts);
    }
  });

  it('makes nothing of no key', () => {
    expect(parseOfferingKey(undefined)).toBeUndefined();
  });
});
