import { describe, expect, it } from '@jest/globals';
import { PolicyFollower } from '../../src/loop/policy-follower.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import type { ReportEvent } from '../../src/ports.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { ScriptedPolicySource } from '../fakes/scripted-policy-source.ts';

const FOUR = 'nodes: {min: 4, max: 6}\n';
const BROKEN = 'nodes: {min: 9, max: 2}\n';

function digestOf(text: string): string {
  const reading = parsePolicy(text);
  if (!reading.valid) throw new Error(JSON.stringify(reading.faults));
  return reading.digest;
}

/** A follower of a source that shows this, and that remembers what is given. */
function following(shown: string | undefined, remembered?: string, digest?: string) {
  const events: ReportEvent[] = [];
  const policySource = new ScriptedPolicySource(shown);
  if (remembered !== undefined) {
    const identity = { digest: digest ?? digestOf(remembered), revision: 'main@sha1:1' };
    policySource.remembered = { text: remembered, origin: 'the status', identity };
  }
  const report = (event: ReportEvent) => void events.push(event);
  const follower = new PolicyFollower({ policySource, reporter: { report }, clock: new ManualClock() });
  const look = () => {
    events.length = 0;
    follower.follow();
    return events.map(wordOf);
  };
  return { follower, policySource, look, events };
}

function wordOf(event: ReportEvent): string {
  return event.kind === 'notice' ? event.reason.code : event.kind;
}

describe('PolicyFollower', () => {
  it('decides by the last good policy after a restart while the newest is broken, and says both in this order', () => {
    const { follower, look, events } = following(BROKEN, FOUR);
    expect(look()).toEqual(['policy-accepted', 'policy-rejected']);
    const identity = { digest: digestOf(FOUR), revision: 'main@sha1:1' };
    expect(follower.inForce).toMatchObject({ policy: { nodes: { min: 4 } }, identity });
    expect(events).toMatchObject([{ identity, document: { origin: 'the status' } }, { inForce: identity }]);
    expect(look()).toEqual([]);
  });

  it('tells the thresholds that people may hold the load against, unless the load takes no part', () => {
    const { look, events, policySource } = following(
      'utilization: {cpu: {upPercent: 60, downPercent: 20}}\n',
    );
    look();
    expect(events[0]).toHaveProperty('thresholds', [
      { resource: 'cpu', direction: 'grow', percent: 60 },
      { resource: 'cpu', direction: 'shrink', percent: 20 },
      { resource: 'memory', direction: 'grow', percent: 75 },
      { resource: 'memory', direction: 'shrink', percent: 50 },
    ]);
    policySource.commit('utilization: {enabled: false}\n');
    expect(look()).toEqual(['policy-accepted']);
    expect(events[0]).not.toHaveProperty('thresholds');
  });

  it('does so while the newest is gone', () => {
    const { follower, look, events } = following(undefined, FOUR);
    expect(look()).toEqual(['policy-accepted', 'policy-vanished']);
    expect(events[1]).toMatchObject({
      policy: follower.inForce?.identity,
      reason: {
        text: 'Nobody has committed a policy: the last good policy stays in force. Commit it again.',
      },
    });
  });

  it('tells once of the same policy when nothing has changed over the restart', () => {
    const { look, events } = following(FOUR, FOUR);
    expect(look()).toEqual(['policy-accepted']);
    expect(events).toMatchObject([
      { identity: { revision: 'main@sha1:1' }, document: { origin: 'policy.yaml' } },
    ]);
  });

  it('does not take an old policy up once it has looked', () => {
    const { follower, policySource, look } = following(undefined);
    expect(look()).toEqual(['no-policy']);
    policySource.remembered = {
      text: FOUR,
      origin: 'the status',
      identity: { digest: digestOf(FOUR), revision: undefined },
    };
    policySource.commit(BROKEN);
    expect(look()).toEqual(['policy-rejected']);
    expect(follower.inForce).toBeUndefined();
  });

  it('says that nothing is in force, not that something stays, when there was never a good policy', () => {
    const { look, events } = following(BROKEN);
    expect(look()).toEqual(['policy-rejected']);
    expect(events).toMatchObject([{ inForce: undefined }]);
  });

  it('leaves an old policy that this version refuses, and says what to do', () => {
    const { follower, look } = following(undefined, BROKEN, 'sha256:old');
    expect(look()).toEqual(['last-good-policy-unreadable', 'no-policy']);
    expect(follower.inForce).toBeUndefined();
  });

  it('says so when an old policy means something else to this version', () => {
    const { follower, look } = following(undefined, FOUR, 'sha256:old');
    expect(look()).toEqual(['last-good-policy-reads-anew', 'policy-accepted', 'policy-vanished']);
    expect(follower.inForce?.identity.digest).toBe(digestOf(FOUR));
  });
});
