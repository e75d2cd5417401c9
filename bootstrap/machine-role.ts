import * as aws from '@pulumi/aws';
import { allow, type Statement } from './policy-document.ts';
import type { Settings } from './settings.ts';
import { tagsOf } from './tags.ts';

export interface MachineRole {
  readonly role: aws.iam.Role;
  readonly profile: aws.iam.InstanceProfile;
}

/** A role that an EC2 instance takes on, with the profile by which it gets it. */
export function makeMachineRole(settings: Settings, part: 'control-plane' | 'worker'): MachineRole {
  const name = `${settings.clusterName}-${part}`;
  const role = new aws.iam.Role(name, {
    name,
    assumeRolePolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    }),
    tags: tagsOf(settings, name),
  });
  const profile = new aws.iam.InstanceProfile(name, { name, role: role.name });
  return { role, profile };
}

/** Gives the role these permissions, under a name that says what for. */
export function grant(
  { clusterName }: Settings,
  role: aws.iam.Role,
  what: string,
  statements: readonly Statement[],
): void {
  new aws.iam.RolePolicy(`${clusterName}-${what}`, {
    name: what,
    role: role.name,
    policy: allow(statements),
  });
}
