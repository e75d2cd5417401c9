import { describe, expect, it } from '@jest/globals';
import { MergedInterruptions } from '../../src/observe/merged-interruptions.ts';
import { anInterruption } from '../builders/interruption.ts';
import { aMessage, ScriptedInterruptions } from '../fakes/scripted-interruptions.ts';

const signal = new AbortController().signal;

function aPair() {
  const [first, second] = [new ScriptedInterruptions(), new ScriptedInterruptions()];
  return { first, second, merged: new MergedInterruptions([first, second]) };
}

describe('several sources of interruptions as one', () => {
  it('give what the first of them says, and lose nothing of the others', async () => {
    const { first, second, merged } = aPair();
    second.push([aMessage('b', anInterruption())]);
    expect((await merged.receive(signal)).map(({ id }) => id)).toEqual(['b']);
    const receiving = merged.receive(signal);
    first.push([aMessage('a', anInterruption())]);
    second.push([aMessage('c', anInterruption())]);
    expect((await receiving).map(({ id }) => id)).toEqual(['a']);
    expect((await merged.receive(signal)).map(({ id }) => id)).toEqual(['c']);
  });

  it('go on waiting for one that said nothing, with the call that was made', async () => {
    const { first, second, merged } = aPair();
    second.push([], []);
    await merged.receive(signal);
    await merged.receive(signal);
    expect([first.receives, second.receives]).toEqual([1, 2]);
  });

  it('tell an error of one in one call, and hear the other in the next', async () => {
    const { first, second, merged } = aPair();
    second.push(new Error('denied'), new Error('denied'));
    await expect(merged.receive(signal)).rejects.toThrow('denied');
    first.push([aMessage('a', anInterruption())]);
    // The inbox pauses after an error; by then this is there.
    await new Promise((resolve) => setImmediate(resolve));
    expect((await merged.receive(signal)).map(({ id }) => id)).toEqual(['a']);
    await expect(merged.receive(signal)).rejects.toThrow('denied');
  });

  it('acknowledge each message where it came from', async () => {
    const { first, second, merged } = aPair();
    first.push([aMessage('a', anInterruption())]);
    second.push([aMessage('b', anInterruption())]);
    await merged.receive(signal);
    await merged.receive(signal);
    await merged.acknowledge(['receipt-b', 'receipt-a', 'unknown'], signal);
    expect([first.acknowledged, second.acknowledged]).toEqual([['receipt-a'], ['receipt-b']]);
  });
});
