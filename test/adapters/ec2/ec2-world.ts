import { Ec2Cloud } from '../../../src/adapters/ec2/ec2-cloud.ts';
import type { Clock } from '../../../src/ports.ts';
import { FakeEc2, spotXml, subnetsXml } from './fake-ec2.ts';

export const ZONE_A = 'ap-southeast-1a';
export const ZONE_B = 'ap-southeast-1b';
export const NOW_MS = Date.parse('2026-11-24T10:00:00Z');

/** A clock that stands still until a test moves it. */
class StillClock implements Clock {
  ms = 0;
  now(): number {
    return NOW_MS + this.ms;
  }
  monotonicMs(): number {
    return this.ms;
  }
  async sleep(): Promise<void> {}
  callAfter(): () => void {
    return () => undefined;
  }
}

/** An `Ec2Cloud` before a fake EC2 with a subnet in each of two zones and no spot prices. */
export interface Ec2World {
  readonly fake: FakeEc2;
  readonly cloud: Ec2Cloud;
  readonly clock: StillClock;
  readonly warnings: readonly string[];
  stop(): Promise<void>;
}

export async function startEc2World(writeTimeoutMs = 5_000): Promise<Ec2World> {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  const fake = await FakeEc2.start();
  fake.answers('DescribeSubnets', { xml: subnetsXml(['subnet-a', ZONE_A, 100], ['subnet-b', ZONE_B, 100]) });
  fake.answers('DescribeSpotPriceHistory', { xml: spotXml() });
  const clock = new StillClock();
  const warnings: string[] = [];
  const cloud = new Ec2Cloud(
    {
      region: 'ap-southeast-1',
      endpoint: fake.url,
      clusterName: 'prod',
      launchTemplate: { id: 'lt-1', version: '7' },
      subnets: { tag: { key: 'smartscale', value: 'prod' } },
      tags: { Environment: 'test' },
      timeoutsMs: { connect: 1_000, read: 5_000, write: writeTimeoutMs },
    },
    { clock, warn: (message) => warnings.push(message) },
  );
  const stop = async (): Promise<void> => {
    cloud.close();
    await fake.stop();
  };
  return { fake, cloud, clock, warnings, stop };
}
