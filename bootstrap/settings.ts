import type { Config } from '@pulumi/pulumi';

/** What differs between stacks. How the fleet scales is not here: that is `clusters/<cluster>/policy.yaml`. */
export interface Settings {
  /** The one place that says where: `aws:region`. */
  readonly region: string;
  /** The tag `Cluster`, and the beginning of every name. */
  readonly clusterName: string;
  /** Amazon Linux 2023, x86_64: it has the AWS CLI and the SSM agent. A number, not "latest": a new image is a commit. */
  readonly amiId: string;
  /** For server and workers alike: a worker must not be newer than its server. */
  readonly k3s: { readonly version: string; readonly sha256: string };
  readonly controlPlaneType: string;
  /** A NAT gateway in each zone survives the loss of a zone; one alone is cheaper. */
  readonly natPerZone: boolean;
  /** Who is told when a message could not be handled; nobody when absent. */
  readonly alertEmail: string | undefined;
}

interface Rule {
  readonly pattern: RegExp;
  readonly wants: string;
}

const RULES = {
  clusterName: { pattern: /^[a-z][a-z0-9-]{1,30}$/, wants: '2 to 31 small letters, digits and dashes' },
  amiId: { pattern: /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, wants: 'the id of an Amazon Linux 2023 image' },
  k3sVersion: {
    pattern: /^v1\.3[4-6]\.\d+\+k3s\d+$/,
    wants: 'a release of Kubernetes 1.34 to 1.36, such as v1.34.1+k3s1',
  },
  k3sSha256: {
    pattern: /^[0-9a-f]{64}$/,
    wants: 'the checksum of the file `k3s` in that release, from its sha256sum-amd64.txt',
  },
  alertEmail: { pattern: /^[^@\s]+@[^@\s]+$/, wants: 'an e-mail address' },
} as const satisfies Record<string, Rule>;

/** The settings of the stack. Throws one error that names every key that is missing or wrong, its value and what it wants. */
export function readSettings(
  own: Pick<Config, 'get' | 'getBoolean'>,
  aws: Pick<Config, 'require'>,
): Settings {
  const faults: string[] = [];
  const text = (key: keyof typeof RULES, isOptional = false): string | undefined => {
    const value = own.get(key);
    const { pattern, wants } = RULES[key];
    if (value === undefined && isOptional) return undefined;
    if (value === undefined) faults.push(`smartscale:${key} is not set: set it to ${wants}`);
    else if (!pattern.test(value)) faults.push(`smartscale:${key} is "${value}": give ${wants}`);
    return value;
  };
  const settings = {
    region: aws.require('region'),
    clusterName: text('clusterName') ?? '',
    amiId: text('amiId') ?? '',
    k3s: { version: text('k3sVersion') ?? '', sha256: text('k3sSha256') ?? '' },
    controlPlaneType: own.get('controlPlaneType') ?? 't3.medium',
    natPerZone: own.getBoolean('natPerZone') ?? true,
    alertEmail: text('alertEmail', true),
  };
  if (faults.length > 0) throw new Error(faults.join('; '));
  return settings;
}
