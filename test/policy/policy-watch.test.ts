import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { PolicyWatch } from '../../src/policy/policy-watch.ts';

const document = (text: string, revision: string | undefined = 'r1') => ({
  text,
  origin: 'policy.yaml',
  revision,
});
const FOUR = 'nodes: {min: 4, max: 6}\n';
const BROKEN = 'nodes:\n  min: 9\n  max: 2\n';

function digestOf(text: string): string {
  const reading = parsePolicy(text);
  if (!reading.valid) throw new Error(JSON.stringify(reading.faults));
  return reading.digest;
}

describe('PolicyWatch', () => {
  it('accepts a good policy once', () => {
    const watch = new PolicyWatch();
    const shown = document(FOUR);
    expect(watch.poll(shown)).toMatchObject({
      kind: 'accepted',
      inForce: { policy: { nodes: { min: 4 } }, identity: { revision: 'r1' } },
    });
    expect(watch.poll(shown)).toEqual({ kind: 'nothing' });
  });

  it('does not take the same text for news, at an unrelated commit either', () => {
    const watch = new PolicyWatch();
    watch.poll(document(FOUR));
    expect(watch.poll(document(FOUR))).toEqual({ kind: 'nothing' });
    expect(watch.poll(document(FOUR, 'r2'))).toEqual({ kind: 'nothing' });
    expect(watch.inForce?.identity.revision).toBe('r1');
  });

  it('keeps the name of a policy that is said in other words: only its meaning would change it', () => {
    const watch = new PolicyWatch();
    watch.poll(document(FOUR));
    expect(watch.poll(document(`# four\n${FOUR}`, 'r2'))).toMatchObject({
      kind: 'restated',
      document: { revision: 'r2' },
      inForce: { identity: { revision: 'r1' } },
    });
    expect(watch.inForce?.identity.revision).toBe('r1');
  });

  it('looks at the same text again when the cluster names it anew, and says so', () => {
    const watch = new PolicyWatch();
    const named = (generation: number) => ({
      ...document(FOUR),
      reference: { configMap: 'policy-a', fleetUid: 'u', generation },
    });
    watch.poll(named(1));
    expect(watch.poll(named(1)).kind).toBe('nothing');
    expect(watch.poll(named(2)).kind).toBe('restated');
  });

  it('takes the revision up when it becomes known later', () => {
    const watch = new PolicyWatch();
    watch.poll({ ...document(FOUR), revision: undefined });
    expect(watch.poll(document(FOUR, 'r2'))).toMatchObject({
      kind: 'accepted',
      inForce: { identity: { revision: 'r2' } },
    });
  });

  it('names a revert by the commit that reverts, not by the one that it goes back to', () => {
    const watch = new PolicyWatch();
    watch.poll(document(FOUR, 'r1'));
    watch.poll(document('nodes: {min: 5, max: 6}', 'r2'));
    expect(watch.poll(document(FOUR, 'r3'))).toMatchObject({
      kind: 'accepted',
      inForce: { identity: { digest: digestOf(FOUR), revision: 'r3' } },
    });
  });

  it('keeps the last good policy when a text breaks a rule, and says where (F77)', () => {
    const watch = new PolicyWatch();
    watch.poll(document(FOUR));
    expect(watch.poll(document(BROKEN, 'r2'))).toMatchObject({
      kind: 'rejected',
      faults: [expect.stringMatching(/^policy\.yaml:\d /)],
    });
    expect(watch.poll(document(BROKEN, 'r3')).kind).toBe('nothing');
    expect(watch.inForce).toMatchObject({ policy: { nodes: { min: 4 } }, identity: { revision: 'r1' } });
  });

  it('accepts the last good policy anew when it comes back after a refused one, by the commit that healed it', () => {
    const watch = new PolicyWatch();
    watch.poll(document(FOUR, 'r1'));
    watch.poll(document(BROKEN, 'r2'));
    expect(watch.poll(document(FOUR, 'r3'))).toMatchObject({
      kind: 'accepted',
      inForce: { identity: { revision: 'r3' } },
    });
  });

  it('says once that the policy is gone and keeps the last good one, and says when it is back (F78)', () => {
    const watch = new PolicyWatch();
    watch.poll(document(FOUR));
    expect(watch.poll(undefined)).toEqual({ kind: 'vanished' });
    expect(watch.poll(undefined)).toEqual({ kind: 'nothing' });
    expect(watch.inForce?.policy.nodes.min).toBe(4);
    expect(watch.poll(document(FOUR)).kind).toBe('accepted');
    expect(watch.poll(undefined)).toEqual({ kind: 'vanished' });
  });

  it('has no policy in force before the first good one', () => {
    const watch = new PolicyWatch();
    expect(watch.poll(undefined)).toEqual({ kind: 'vanished' });
    expect(watch.poll(document('nodes: many'))).toMatchObject({ kind: 'rejected' });
    expect(watch.inForce).toBeUndefined();
  });

  it('tells a broken text again when it comes back after a good one', () => {
    const watch = new PolicyWatch();
    const broken = document('nodes: many', 'r2');
    expect(watch.poll(broken).kind).toBe('rejected');
    expect(watch.poll(broken).kind).toBe('nothing');
    expect(watch.poll(document(FOUR)).kind).toBe('accepted');
    expect(watch.poll(broken).kind).toBe('rejected');
  });
});

describe('a PolicyWatch that is given the policy of an earlier life', () => {
  const former = { text: FOUR, identity: { digest: digestOf(FOUR), revision: 'r1' } };

  it('has it in force while the source shows a broken policy, or none', () => {
    for (const shown of [document(BROKEN, 'r2'), undefined]) {
      const watch = new PolicyWatch();
      watch.restore(former);
      watch.poll(shown);
      expect(watch.inForce?.identity).toEqual(former.identity);
    }
  });

  it('accepts it under its old name when the source still shows it, whatever was committed meanwhile', () => {
    const watch = new PolicyWatch();
    watch.restore(former);
    expect(watch.poll(document(FOUR, 'r7'))).toMatchObject({
      kind: 'accepted',
      inForce: { identity: former.identity },
    });
  });

  it('obeys what the source shows instead when that is another good policy', () => {
    const watch = new PolicyWatch();
    watch.restore(former);
    expect(watch.poll(document('nodes: {min: 5, max: 6}', 'r2'))).toMatchObject({
      kind: 'accepted',
      inForce: { policy: { nodes: { min: 5 } }, identity: { revision: 'r2' } },
    });
  });

  it('reads it again: a text that is refused by now is not in force, and one that means something else has its own digest', () => {
    const watch = new PolicyWatch();
    expect(watch.restore({ ...former, text: BROKEN })).toBeUndefined();
    expect(watch.inForce).toBeUndefined();
    const changed = watch.restore({ ...former, identity: { digest: 'sha256:other', revision: 'r1' } });
    expect(changed?.identity).toEqual({ digest: digestOf(FOUR), revision: 'r1' });
  });
});
