import { describe, expect, it } from '@jest/globals';
import { PolicyWatch } from '../../src/policy/policy-watch.ts';

const document = (text: string, revision: string | undefined = 'r1') => ({
  text,
  origin: 'policy.yaml',
  revision,
});
const FOUR = 'nodes: {min: 4, max: 6}\n';

describe('PolicyWatch', () => {
  it('accepts a good policy once', () => {
    const watch = new PolicyWatch();
    const shown = document(FOUR);
    expect(watch.look(shown)).toMatchObject({
      kind: 'accepted',
      inForce: { policy: { nodes: { min: 4 } }, identity: { revision: 'r1' } },
    });
    expect(watch.look(shown)).toEqual({ kind: 'nothing' });
  });

  it('does not take the same text, or the same meaning in other words, for news', () => {
    const watch = new PolicyWatch();
    watch.look(document(FOUR));
    expect(watch.look(document(FOUR))).toEqual({ kind: 'nothing' });
    expect(watch.look(document(`# four\n${FOUR}`))).toEqual({ kind: 'nothing' });
  });

  it('takes a new revision of the same text for news', () => {
    const watch = new PolicyWatch();
    watch.look(document(FOUR));
    expect(watch.look(document(FOUR, 'r2'))).toMatchObject({
      kind: 'accepted',
      inForce: { identity: { revision: 'r2' } },
    });
  });

  it('keeps the last good policy when a text breaks a rule, and says where (F77)', () => {
    const watch = new PolicyWatch();
    watch.look(document(FOUR));
    expect(watch.look(document('nodes:\n  min: 9\n  max: 2\n'))).toMatchObject({
      kind: 'rejected',
      faults: [expect.stringMatching(/^policy\.yaml:\d /)],
    });
    expect(watch.inForce?.policy.nodes.min).toBe(4);
  });

  it('says once that the policy is gone and keeps the last good one (F78)', () => {
    const watch = new PolicyWatch();
    watch.look(document(FOUR));
    expect(watch.look(undefined)).toEqual({ kind: 'vanished' });
    expect(watch.look(undefined)).toEqual({ kind: 'nothing' });
    expect(watch.inForce?.policy.nodes.min).toBe(4);
    expect(watch.look(document(FOUR))).toEqual({ kind: 'nothing' });
    expect(watch.look(undefined)).toEqual({ kind: 'vanished' });
  });

  it('has no policy in force before the first good one', () => {
    const watch = new PolicyWatch();
    expect(watch.look(undefined)).toEqual({ kind: 'vanished' });
    expect(watch.look(document('nodes: many'))).toMatchObject({ kind: 'rejected' });
    expect(watch.inForce).toBeUndefined();
  });

  it('tells a broken text again when it comes back after a good one', () => {
    const watch = new PolicyWatch();
    const broken = document('nodes: many', 'r2');
    expect(watch.look(broken).kind).toBe('rejected');
    expect(watch.look(broken).kind).toBe('nothing');
    expect(watch.look(document(FOUR)).kind).toBe('accepted');
    expect(watch.look(broken).kind).toBe('rejected');
  });
});
