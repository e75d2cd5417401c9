import { describe, expect, it } from '@jest/globals';
import { withAnnouncedStates } from '../../src/observe/announced-states.ts';
import { anInstance } from '../builders/fleet.ts';
import { anInterruption } from '../builders/interruption.ts';

const says = (state: 'stopping' | 'stopped' | 'shutting-down' | 'terminated') =>
  anInterruption({ kind: 'state-change', state });

describe("EC2's list with what was announced since", () => {
  it('shows the later state, whichever order the messages came in', () => {
    const shown = withAnnouncedStates([anInstance()], [says('terminated'), says('shutting-down')]);
    expect(shown).toMatchObject([{ id: 'i-1', state: 'terminated' }]);
  });

  it('never takes a state back, and leaves the others alone', () => {
    const instances = [anInstance({ state: 'terminated' }), anInstance({ id: 'i-2' })];
    expect(withAnnouncedStates(instances, [says('stopping')])).toEqual(instances);
    expect(withAnnouncedStates(instances, [])).toBe(instances);
  });
});
