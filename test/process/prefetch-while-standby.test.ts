import { describe, expect, it } from '@jest/globals';
import type { Cloud, OfferingQuery } from '../../src/ports.ts';
import { prefetchWhileStandby } from '../../src/process/prefetch-while-standby.ts';
import { RecordingCloud } from '../fakes/recording-cloud.ts';
import { ScriptedPolicySource } from '../fakes/scripted-policy-source.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';

const TYPES = 'instances: { types: [t3a.small], zones: [ap-southeast-1b] }';

/** A standby before EC2, with what it asks. */
function aStandby(policy: string | undefined) {
  const clock = new SteppedClock();
  const cloud = new RecordingCloud([], clock);
  const asked: string[] = [];
  const recording: Pick<Cloud, 'instances' | 'offerings'> = {
    instances: async () => {
      asked.push('instances');
      return cloud.instances();
    },
    offerings: async (wanted: OfferingQuery) => {
      asked.push(`offerings of ${wanted.types.join()} in ${wanted.zones.join()}`);
      return cloud.offerings(wanted);
    },
  };
  const policySource = new ScriptedPolicySource(policy);
  const [leads, stop] = [new AbortController(), new AbortController()];
  const end = prefetchWhileStandby({ clock, policySource, cloud: recording }, leads.signal, stop.signal);
  return { clock, cloud, policySource, asked, leads, stop, end };
}

describe('prefetchWhileStandby', () => {
  it('asks what the policy allows and what there is, twice a minute, until this replica leads', async () => {
    const { clock, asked, leads, end } = aStandby(TYPES);
    await clock.advance(3_000);
    expect(asked).toEqual(['instances', 'offerings of t3a.small in ap-southeast-1b']);
    await clock.advance(60_000);
    expect(asked).toHaveLength(6);
    leads.abort();
    await end;
    await clock.advance(60_000);
    expect(asked).toHaveLength(6);
  });

  it('asks nothing of a replica that leads right after its start', async () => {
    const { clock, asked, leads, end } = aStandby(TYPES);
    await clock.advance(500);
    leads.abort();
    await end;
    expect(asked).toEqual([]);
  });

  it('asks for the last good policy while the present one breaks a rule', async () => {
    const { clock, asked, policySource, stop, end } = aStandby('nodes: { min: -1 }');
    policySource.remembered = {
      text: TYPES,
      origin: 'policy.yaml',
      identity: { digest: 'd', revision: 'r' },
    };
    await clock.advance(3_000);
    expect(asked).toContain('offerings of t3a.small in ap-southeast-1b');
    stop.abort();
    await end;
  });

  it('goes on when EC2 cannot be asked, and without any policy', async () => {
    const { clock, cloud, asked, stop, end } = aStandby(undefined);
    cloud.failures.instances = 1;
    await clock.advance(33_000);
    expect(asked).toEqual(['instances', 'instances']);
    stop.abort();
    await end;
  });
});
