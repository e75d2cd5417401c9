import { describe, expect, it } from '@jest/globals';
import { Burner } from '../../src/demo-app/burner.ts';
import { THIS_THREAD } from '../../src/demo-app/this-thread.ts';
import { CountedProcessor } from '../fakes/counted-processor.ts';

describe('a burner', () => {
  it('spends the CPU time asked for, in slices between which the event loop turns', async () => {
    const processor = new CountedProcessor();
    await new Burner(processor).burn(12);
    expect(processor.spentMs()).toBe(12);
    expect(Math.max(...processor.turnsMs)).toBe(5);
  });

  it('lets the event loop wait for one slice, however many burn', async () => {
    const processor = new CountedProcessor();
    const burner = new Burner(processor);
    await Promise.all(Array.from({ length: 40 }, () => burner.burn(50)));
    expect(processor.spentMs()).toBe(2000);
    expect(Math.max(...processor.turnsMs)).toBe(5);
  });

  it('lets a short burn end before a long one that began earlier', async () => {
    const burner = new Burner(new CountedProcessor());
    const ended: string[] = [];
    const long = async () => {
      await burner.burn(300);
      ended.push('long');
    };
    const short = async () => {
      await burner.burn(10);
      ended.push('short');
    };
    await Promise.all([long(), short()]);
    expect(ended).toEqual(['short', 'long']);
  });

  it('is full when more burn than a client would wait for, and free again afterwards', async () => {
    const burner = new Burner(new CountedProcessor());
    const burns = Array.from({ length: 500 }, () => burner.burn(1));
    expect(burner.isFull()).toBe(true);
    await Promise.all(burns);
    expect(burner.isFull()).toBe(false);
  });

  it('burns real CPU time of this thread', async () => {
    const before = THIS_THREAD.spentMs();
    await new Burner(THIS_THREAD).burn(60);
    expect(THIS_THREAD.spentMs() - before).toBeGreaterThanOrEqual(60);
  });
});
