import { describe, expect, it } from '@jest/globals';
import { Burner } from '../../src/demo-app/burner.ts';
import { WorkQueue } from '../../src/demo-app/work-queue.ts';
import { CountedProcessor } from '../fakes/counted-processor.ts';

describe('the work queue', () => {
  it('works items off, each with its CPU time', async () => {
    const processor = new CountedProcessor();
    const queue = new WorkQueue(new Burner(processor), 20);
    queue.add(3);
    const depths = [queue.depth];
    while (queue.depth > 0) {
      await processor.nextTurn();
      if (queue.depth !== depths.at(-1)) depths.push(queue.depth);
    }
    expect(depths).toEqual([3, 2, 1, 0]);
    expect(processor.spentMs()).toBe(60);
  });

  it('works on after it had been empty', async () => {
    const processor = new CountedProcessor();
    const queue = new WorkQueue(new Burner(processor), 5);
    for (const count of [1, 2]) {
      queue.add(count);
      while (queue.depth > 0) await processor.nextTurn();
    }
    expect(processor.spentMs()).toBe(15);
  });

  it('takes all of a batch or none', () => {
    const queue = new WorkQueue(new Burner(new CountedProcessor()), 1);
    expect([queue.add(100_000), queue.add(1), queue.depth]).toEqual([true, false, 100_000]);
    queue.clear();
  });

  it('never counts below zero when it is cleared in the middle of an item', async () => {
    const processor = new CountedProcessor();
    const queue = new WorkQueue(new Burner(processor), 50);
    queue.add(4);
    expect(queue.clear()).toBe(4);
    for (let turn = 0; turn < 20; turn += 1) await processor.nextTurn();
    expect(queue.depth).toBe(0);
    expect(processor.spentMs()).toBe(50);
  });
});
