import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addLedgerFlags, type LedgerFlags, ledgerChoice } from '../../src/commands/ledger-choice.ts';

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

  it('reads flags, and the environment where they are not given', () => {
    const parsed = (argv: readonly string[]) =>
      addLedgerFlags(new Command()).parse(argv, { from: 'user' }).opts<LedgerFlags>();
    process.env['SMARTSCALE_LEDGER'] = 'dynamodb';
    process.env['SMARTSCALE_TABLE'] = 'from-env';
    try {
      expect(parsed([])).toEqual({ ledger: 'dynamodb', table: 'from-env' });
      expect(parsed(['--table', 'from-flag'])).toEqual({ ledger: 'dynamodb', table: 'from-flag' });
    } finally {
      delete process.env['SMARTSCALE_LEDGER'];
      delete process.env['SMARTSCALE_TABLE'];
    }
    expect(parsed([])).toEqual({ ledger: 'kubernetes' });
    const refusing = addLedgerFlags(
      new Command().exitOverride().configureOutput({ writeErr: () => undefined }),
    );
    expect(() => refusing.parse(['--ledger', 'redis'], { from: 'user' })).toThrow(
      'Allowed choices are kubernetes, dynamodb',
    );
  });
});
