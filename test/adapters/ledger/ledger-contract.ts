import { describe, expect, it } from '@jest/globals';
import type { Operation } from '../../../src/model/operation.ts';
import { FencedError, type Ledger } from '../../../src/ports.ts';
import { aLaunch, aRemoval } from '../../builders/fleet.ts';

const signal = new AbortController().signal;
const DAY_MS = 24 * 3_600_000;

/** Opens one more view of the same store, as another replica would. */
export type OpenLedger = () => Ledger;

/** What every ledger promises. `makeStore` gives a fresh, empty store each time. */
export function describeLedger(name: string, makeStore: () => Promise<OpenLedger> | OpenLedger): void {
  const listed = async (ledger: Ledger) => byId(await ledger.list(signal));

  describe(`${name}: what every ledger promises`, () => {
    it('holds nothing at first', async () => {
      const open = await makeStore();
      expect(await open().list(signal)).toEqual([]);
    });

    it('gives back what was written, word for word, and the newest step of each operation', async () => {
      const open = await makeStore();
      const ledger = open();
      const launch = aLaunch({
        id: 'op-a',
        policy: { digest: 'sha256:1', revision: 'main@sha1:4f2a' },
        reasons: [{ code: 'below-minimum', text: 'two of three', facts: { missing: 1, urgent: true } }],
        faults: [
          { class: 'capacity', code: 'ICE', message: 'none left', offerings: ['t3.small/z-a/spot'], atMs: 5 },
        ],
        nominatedPods: ['default/web-1'],
      });
      await ledger.put(launch, 1, signal);
      await ledger.put(aRemoval({ id: 'op-b' }), 1, signal);
      const launched = { ...launch, step: 'launched' as const, instanceId: 'i-1', launchedAtMs: 7 };
      await ledger.put(launched, 1, signal);
      expect(await listed(ledger)).toEqual([launched, aRemoval({ id: 'op-b' })]);
    });

    it('shows a successor what its predecessor wrote', async () => {
      const open = await makeStore();
      await open().put(aLaunch(), 1, signal);
      expect(await listed(open())).toEqual([aLaunch()]);
    });

    it('lets a successor write on, and refuses what the predecessor writes late', async () => {
      const open = await makeStore();
      const [before, after] = [open(), open()];
      await before.put(aLaunch(), 1, signal);
      await after.list(signal);
      await after.put(aLaunch({ attempt: 2 }), 2, signal);
      await expect(before.put(aLaunch({ attempt: 3 }), 1, signal)).rejects.toThrow(FencedError);
      expect(await listed(after)).toEqual([aLaunch({ attempt: 2 })]);
    });

    it('takes a write that is repeated because its answer was lost', async () => {
      const open = await makeStore();
      await open().put(aLaunch(), 1, signal);
      const again = open();
      await again.put(aLaunch(), 1, signal);
      expect(await listed(again)).toEqual([aLaunch()]);
    });

    it('forgets what ended more than a day ago, never what has not ended', async () => {
      const open = await makeStore();
      const ledger = open();
      await ledger.put(aRemoval({ id: 'old', step: 'removed', endedAtMs: 0 }), 1, signal);
      await ledger.put(aLaunch({ id: 'open' }), 1, signal);
      const fresh = aRemoval({ id: 'new', step: 'removed', endedAtMs: DAY_MS + 1 });
      await ledger.put(fresh, 1, signal);
      expect(await listed(ledger)).toEqual([fresh, aLaunch({ id: 'open' })]);
      expect(await listed(open())).toEqual([fresh, aLaunch({ id: 'open' })]);
    });

    it('takes an id that a person wrote into a tag, whatever it is', async () => {
      const open = await makeStore();
      const ids = ['Not A Name/ä', 'x'.repeat(250)];
      const ledger = open();
      for (const id of ids) await ledger.put(aLaunch({ id }), 1, signal);
      expect((await listed(open())).map(({ id }) => id)).toEqual([...ids].sort());
    });
  });
}

function byId(operations: readonly Operation[]): readonly Operation[] {
  return [...operations].sort((a, b) => (a.id < b.id ? -1 : 1));
}
