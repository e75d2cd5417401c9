import { MemoryLedger } from '../../../src/adapters/memory/memory-ledger.ts';
import { describeLedger } from '../ledger/ledger-contract.ts';

describeLedger('MemoryLedger', () => {
  const ledger = new MemoryLedger();
  return () => ledger;
});
