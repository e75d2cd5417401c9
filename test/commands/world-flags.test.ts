import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addLedgerFlags } from '../../src/commands/world-flags.ts';
import type { LedgerOptions } from '../../src/process/ledger-choice.ts';

describe('the options of the ledger', () => {
  it('reads flags, and the environment where they are not given', () => {
    const parsed = (argv: readonly string[]) =>
      addLedgerFlags(new Command()).parse(argv, { from: 'user' }).opts<LedgerOptions>();
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
