import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Instance } from '../../../src/model/instance.ts';
import type { OfferingKey } from '../../../src/model/offering.ts';
import { TAG } from '../../../src/model/tags.ts';
import type { Cloud, LaunchRequest } from '../../../src/ports.ts';

/** EC2, and what happens to its capacity and machines besides the autoscaler's calls. */
export interface CloudStage {
  readonly cloud: Cloud;
  /** EC2 has no capacity for the offering from now on. */
  sellOut(offering: OfferingKey): void;
  /** Resolves with the call's answer, letting time pass where the world is simulated. */
  answer<T>(call: Promise<T>): Promise<T>;
  /** Every passing state comes to its end: pending to running, stopping to stopped, shutting-down to terminated. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export const ZONE = 'ap-southeast-1a';
const ON_DEMAND = `t3.small/${ZONE}/on-demand` as const;
const OTHER_TYPE = `t3a.small/${ZONE}/on-demand` as const;
const SPOT = `t3.small/${ZONE}/spot` as const;
const UNKNOWN = 'i-00000000000000009';
const signal = new AbortController().signal;

/** What every cloud promises. `open` gives a fresh one without instances that sells t3.small and t3a.small. */
export function describeCloud(name: string, open: () => Promise<CloudStage>): void {
  describe(`${name}: what every cloud promises`, () => {
    let stage: CloudStage;
    let cloud: Cloud;

    beforeEach(async () => {
      stage = await open();
      ({ cloud } = stage);
    });

    afterEach(() => stage.close());

    const launch = (parts: Partial<LaunchRequest> = {}) =>
      stage.answer(
        cloud.launch(
          { clientToken: 'op-1.1', operationId: 'op-1', offerings: [ON_DEMAND], tags: {}, ...parts },
          signal,
        ),
      );

    const listed = (): Promise<readonly Instance[]> => stage.answer(cloud.instances(signal));

    async function stateOf(id: string): Promise<string | undefined> {
      return (await listed()).find((instance) => instance.id === id)?.state;
    }

    /** A running instance, or a stopped one. */
    async function made(state: 'running' | 'stopped' | 'terminated' = 'running'): Promise<string> {
      const { instance } = await launch();
      const id = instance?.id ?? '';
      await stage.settle();
      if (state === 'stopped') await stage.answer(cloud.stop(id, signal));
      if (state === 'terminated') await stage.answer(cloud.terminate([id], signal));
      await stage.settle();
      expect(await stateOf(id)).toBe(state);
      return id;
    }

    describe('launch', () => {
      it('makes one instance, which carries its operation and is listed', async () => {
        const { instance, faults } = await launch();
        expect(faults).toEqual([]);
        expect(instance).toMatchObject({
          type: 't3.small',
          zone: ZONE,
          lifecycle: 'on-demand',
          operationId: 'op-1',
        });
        expect(await listed()).toMatchObject([{ id: instance?.id, operationId: 'op-1' }]);
      });

      it('marks an instance of the warm pool, in its answer and in the list, and no other', async () => {
        await launch({ clientToken: 'op-2.1', operationId: 'op-2', tags: { [TAG.warmPool]: 'true' } });
        const { instance } = await launch();
        expect(instance?.isWarm).toBeUndefined();
        const warm = (await listed()).map(({ operationId, isWarm }) => [operationId, isWarm]);
        expect(new Map(warm as [string, true | undefined][])).toEqual(
          new Map([
            ['op-2', true],
            ['op-1', undefined],
          ]),
        );
      });

      it('names the same instance when the token is repeated, and makes no other', async () => {
        const first = await launch();
        const second = await launch();
        expect(second.instance?.id).toBe(first.instance?.id);
        expect(await listed()).toHaveLength(1);
      });

      it('refuses a token that comes with other offerings, makes nothing, and names what lives of it', async () => {
        const first = await launch();
        await stage.settle();
        const second = await launch({ offerings: [OTHER_TYPE] });
        expect(second.faults).toMatchObject([{ class: 'token-mismatch' }]);
        expect(second.instance?.id).toBe(first.instance?.id);
        expect(await listed()).toHaveLength(1);
      });

      it('takes the next offering where the first has no capacity', async () => {
        stage.sellOut(ON_DEMAND);
        expect((await launch({ offerings: [ON_DEMAND, OTHER_TYPE] })).instance?.type).toBe('t3a.small');
      });

      it('says which offerings had no capacity when none had, and makes nothing', async () => {
        for (const key of [ON_DEMAND, OTHER_TYPE]) stage.sellOut(key);
        const { instance, faults } = await launch({ offerings: [ON_DEMAND, OTHER_TYPE] });
        expect(instance).toBeUndefined();
        expect(new Set(faults.map((fault) => fault.class))).toEqual(new Set(['capacity']));
        expect(faults.flatMap((fault) => fault.offerings)).toEqual([ON_DEMAND, OTHER_TYPE]);
        expect(await listed()).toEqual([]);
      });

      it('never buys the other lifecycle in the same call', async () => {
        stage.sellOut(SPOT);
        const { instance, faults } = await launch({ offerings: [SPOT, ON_DEMAND] });
        expect(instance).toBeUndefined();
        expect(faults.flatMap((fault) => fault.offerings)).toEqual([SPOT]);
      });
    });

    describe('terminate', () => {
      it('ends an instance that runs, one that is stopped, and again without complaint', async () => {
        const id = await made();
        await stage.answer(cloud.terminate([id], signal));
        expect(['shutting-down', 'terminated']).toContain(await stateOf(id));
        await stage.answer(cloud.terminate([id], signal));
        await stage.settle();
        expect(await stateOf(id)).toBe('terminated');
      });

      it('ends an instance that is stopped', async () => {
        const id = await made('stopped');
        await stage.answer(cloud.terminate([id], signal));
        await stage.settle();
        expect(await stateOf(id)).toBe('terminated');
      });

      it('ends the others where one is unknown', async () => {
        const id = await made();
        await stage.answer(cloud.terminate([UNKNOWN, id], signal));
        await stage.settle();
        expect(await stateOf(id)).toBe('terminated');
      });
    });

    describe('stop', () => {
      it('stops an instance, and again without complaint', async () => {
        const id = await made();
        await stage.answer(cloud.stop(id, signal));
        expect(['stopping', 'stopped']).toContain(await stateOf(id));
        await stage.settle();
        await stage.answer(cloud.stop(id, signal));
        expect(await stateOf(id)).toBe('stopped');
      });

      it('leaves one that is gone, without complaint', async () => {
        const id = await made('terminated');
        await stage.answer(cloud.stop(id, signal));
        await stage.answer(cloud.stop(UNKNOWN, signal));
        expect(await stateOf(id)).toBe('terminated');
      });
    });

    describe('start', () => {
      it('starts a stopped instance; one that runs is no fault', async () => {
        const id = await made('stopped');
        expect(await stage.answer(cloud.start(id, signal))).toBeUndefined();
        await stage.settle();
        expect(await stateOf(id)).toBe('running');
        expect(await stage.answer(cloud.start(id, signal))).toBeUndefined();
      });

      it('leaves it stopped where there is no capacity', async () => {
        const id = await made('stopped');
        stage.sellOut(ON_DEMAND);
        expect(await stage.answer(cloud.start(id, signal))).toMatchObject({ class: 'capacity' });
        expect(await stateOf(id)).toBe('stopped');
      });

      it('is a transient fault while it is still stopping or is terminated, and final when it is unknown', async () => {
        const id = await made();
        await stage.answer(cloud.stop(id, signal));
        expect(await stage.answer(cloud.start(id, signal))).toMatchObject({ class: 'transient' });
        await stage.answer(cloud.terminate([id], signal));
        await stage.settle();
        expect(await stage.answer(cloud.start(id, signal))).toMatchObject({ class: 'transient' });
        expect(await stateOf(id)).toBe('terminated');
        expect(await stage.answer(cloud.start(UNKNOWN, signal))).toMatchObject({ class: 'configuration' });
      });
    });

    it('offers the types and zones that are wanted, each as spot and on-demand', async () => {
      const wanted = { types: ['t3a.small'], zones: [ZONE] };
      const offered = await stage.answer(cloud.offerings(wanted, signal));
      expect(offered.map(({ type, zone, lifecycle }) => `${type}/${zone}/${lifecycle}`).sort()).toEqual([
        OTHER_TYPE,
        `t3a.small/${ZONE}/spot`,
      ]);
    });

    it('has no console output of an instance that it does not know', async () => {
      expect(await stage.answer(cloud.consoleOutput(UNKNOWN, signal))).toBeUndefined();
    });
  });
}
