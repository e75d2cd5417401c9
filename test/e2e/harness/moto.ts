import { join } from 'node:path';
import {
  CreateLaunchTemplateCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RegisterImageCommand,
} from '@aws-sdk/client-ec2';
import { OwnedProcess } from './child-process.ts';
import { freePort } from './free-port.ts';
import { eventually } from './poll.ts';
import { toolFolder } from './tool-cache.ts';

export const REGION = 'ap-southeast-1';
export const ZONES: readonly string[] = ['ap-southeast-1a', 'ap-southeast-1b'];

/** Credentials that moto takes; they open nothing. */
export const FAKE_CREDENTIALS = { accessKeyId: 'e2e', secretAccessKey: 'e2e' } as const;

/** EC2 as moto plays it, with an image, a subnet in each zone and a launch template. */
export interface Moto {
  readonly url: string;
  readonly client: EC2Client;
  readonly launchTemplateId: string;
  readonly subnets: readonly { readonly id: string; readonly zone: string }[];
  readonly stop: () => Promise<void>;
}

/** A client of the EC2 API at `url`, without retries of its own. */
export function ec2ClientOf(url: string): EC2Client {
  return new EC2Client({ region: REGION, endpoint: url, credentials: FAKE_CREDENTIALS, maxAttempts: 1 });
}

export async function startMoto(folder: string): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const process = OwnedProcess.start({
    name: 'moto',
    command: join(toolFolder('moto'), 'bin', 'moto_server'),
    args: ['-H', '127.0.0.1', '-p', String(port)],
    logFile: join(folder, 'moto.log'),
  });
  const client = ec2ClientOf(url);
  const subnets = await eventually('moto to answer', async () => subnetsOf(client), {
    deadlineMs: 60_000,
    everyMs: 200,
  });
  const launchTemplateId = await makeLaunchTemplate(client);
  const stop = async () => {
    client.destroy();
    await process.kill();
  };
  return { url, client, launchTemplateId, subnets, stop };
}

async function subnetsOf(client: EC2Client): Promise<Moto['subnets']> {
  const answer = await client.send(new DescribeSubnetsCommand({}));
  const subnets = (answer.Subnets ?? []).map((s) => ({
    id: s.SubnetId ?? '',
    zone: s.AvailabilityZone ?? '',
  }));
  return subnets.filter((subnet) => ZONES.includes(subnet.zone));
}

async function makeLaunchTemplate(client: EC2Client): Promise<string> {
  const image = await client.send(
    new RegisterImageCommand({ Name: 'smartscale-worker', Architecture: 'x86_64' }),
  );
  const made = await client.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'smartscale-worker',
      LaunchTemplateData: {
        ...(image.ImageId === undefined ? {} : { ImageId: image.ImageId }),
        InstanceType: 't3.small',
      },
    }),
  );
  const id = made.LaunchTemplate?.LaunchTemplateId;
  if (id === undefined) throw new Error('moto made no launch template');
  return id;
}
