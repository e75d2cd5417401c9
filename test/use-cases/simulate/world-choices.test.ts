import { describe, expect, it } from '@jest/globals';
import { ALL_DETAILS } from '../../../src/simulate/base/world-details.ts';
import { JUDGED } from '../../../src/simulate/judge/invariants.ts';
import { shippedFile } from '../../../src/use-cases/files/shipped-file.ts';
import { readSimulationOptions } from '../../../src/use-cases/simulate/prepare-simulation.ts';
import type { SimulationRequest } from '../../../src/use-cases/simulate/simulation-request.ts';

const optionsOf = async (request: Partial<SimulationRequest>) =>
  (await readSimulationOptions({ hours: 1, faults: 'none', ...request }))(1);

describe('readSimulationOptions', () => {
  it('judges by those that every run is judged by, by some, or by all invariants', async () => {
    expect((await optionsOf({})).judged).toBe(JUDGED);
    expect([...((await optionsOf({ judge: '13,15' })).judged ?? [])]).toEqual([13, 15]);
    expect((await optionsOf({ judge: 'all' })).judged?.size).toBe(21);
    await expect(optionsOf({ judge: '13,99' })).rejects.toThrow('--judge: there is no such invariant');
  });

  it('leaves out the details that are named, or all', async () => {
    expect((await optionsOf({})).details).toEqual(ALL_DETAILS);
    const { details } = await optionsOf({ without: 'batch, rollouts' });
    expect([...ALL_DETAILS].filter((name) => details?.has(name) !== true)).toEqual(['batch', 'rollouts']);
    expect((await optionsOf({ without: 'all' })).details?.size).toBe(0);
    await expect(optionsOf({ without: 'weather' })).rejects.toThrow("worlds have no detail 'weather'");
  });

  it('plays a story with its own load, and refuses a trace beside it', async () => {
    const story = shippedFile('stories/flash-sale.yaml');
    const options = await optionsOf({ story });
    expect(options.story?.hours).toBe(24);
    expect(options.trace.peak).toBe(100);
    await expect(optionsOf({ story, trace: 'x.csv' })).rejects.toThrow('exclude each other');
    await expect(optionsOf({ story: shippedFile('policies/default.yaml') })).rejects.toThrow(
      /default\.yaml, line \d+: .*docs\/simulation\.md says what a story file holds/,
    );
  });
});
