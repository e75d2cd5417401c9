import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { SOLD_TYPES } from '../../src/use-cases/files/sold-types.ts';

function faultsOf(types: string, zones: string): readonly string[] {
  const reading = parsePolicy(`instances: { types: [${types}], zones: [${zones}] }\n`, SOLD_TYPES);
  return reading.valid ? [] : reading.faults.map(({ path, rule, remedy }) => `${path}: ${rule}; ${remedy}`);
}

describe('a policy that cannot work', () => {
  it('is one that names a type which EC2 does not have', () => {
    expect(faultsOf('m99.huge', 'eu-west-1a')[0]).toContain('no instance type m99.huge is known');
    expect(faultsOf('t3.smal', 'eu-west-1a')[0]).toContain('did you mean t3.small?');
  });

  it('is one that names a region which AWS does not have', () => {
    const [fault, ...others] = faultsOf('t3.small', 'eu-wst-1a');
    expect(fault).toContain('no region eu-wst-1 is known');
    expect(fault).toContain('did you mean eu-west-1a?');
    expect(others).toEqual([]);
  });

  it('is one whose type is not sold in its region', () => {
    expect(faultsOf('a1.large', 'ap-southeast-3a')[0]).toContain(
      'EC2 does not sell a1.large in ap-southeast-3',
    );
  });

  it('is one whose types need two images', () => {
    expect(faultsOf('t3.small, t4g.small', 'eu-west-1a')[0]).toContain('one image cannot start both');
  });

  it('is none of those that can', () => {
    expect(faultsOf('t3.small, c7i.large', 'us-west-2a, us-west-2b')).toEqual([]);
    expect(faultsOf('g4dn.xlarge', 'ap-southeast-1a')).toEqual([]);
  });

  it('is refused only where the catalogue is at hand: a cluster asks EC2 itself', () => {
    expect(parsePolicy('instances: { types: [m99.huge] }\n').valid).toBe(true);
  });
});
