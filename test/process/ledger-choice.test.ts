import { describe, expect, it } from '@jest/globals';
import { ledgerChoice } from '../../src/process/ledger-choice.ts';

const ENV = { AWS_REGION: 'eu-west-1' };

describe('ledgerChoice', () => {
  it('keeps operations in Kubernetes unless told otherwise', () => {
    expect(ledgerChoice({}, ENV, 'production')).toEqual({ kind: 'kubernetes' });
  });

  it('finds a table in the region of the fleet, or at the endpoint that AWS tools take', () => {
    const flags = { ledger: 'dynamodb', table: 'smartscale' } as const;
    const table = {
      kind: 'dynamodb',
      region: 'eu-west-1',
      tableName: 'smartscale',
      clusterName: 'production',
    };
    expect(ledgerChoice(flags, ENV, 'production')).toEqual(table);
    const endpoints = { AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_DYNAMODB: 'http://dynamodb' };
    expect(ledgerChoice(flags, { ...ENV, ...endpoints }, 'production')).toEqual({
      ...table,
      endpoint: 'http://dynamodb',
    });
  });

  it.each([
    [{ ledger: 'dynamodb' }, ENV, 'give --table, or set SMARTSCALE_TABLE'],
    [{ ledger: 'dynamodb', table: 'a b' }, ENV, '--table is "a b": give 3 to 255 letters'],
    [{ ledger: 'dynamodb', table: 'smartscale' }, {}, 'AWS_REGION is not set'],
    [{ table: 'smartscale' }, ENV, '--table is "smartscale", but operations are kept in Kubernetes'],
  ] as const)('refuses %j with %j, and says how to mend it', (flags, env, message) => {
    expect(() => ledgerChoice(flags, env, 'production')).toThrow(message);
  });
});
