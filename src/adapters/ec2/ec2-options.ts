import { PortError } from '../../ports.ts';

/** The launch template that every worker starts from; the version is a number, since `$Latest` changes under us. */
export type LaunchTemplateRef = ({ readonly id: string } | { readonly name: string }) & {
  readonly version: string;
};

/** How a tag names a launch template and its version. */
export function templateText(template: LaunchTemplateRef): string {
  return `${'id' in template ? template.id : template.name}:${template.version}`;
}

/** Where workers may be placed: subnets by id, or all that carry a tag. */
export type SubnetChoice =
  | { readonly ids: readonly string[] }
  | { readonly tag: { readonly key: string; readonly value: string } };

/** What the EC2 adapter must be told about an account. */
export interface Ec2CloudOptions {
  readonly region: string;
  /** @default the region's public endpoint */
  readonly endpoint?: string;
  /** Value of the tag `Cluster`, by which instances are found. */
  readonly clusterName: string;
  readonly launchTemplate: LaunchTemplateRef;
  readonly subnets: SubnetChoice;
  /** Further tags on everything that is launched. */
  readonly tags: Readonly<Record<string, string>>;
  /** How long one request may take, in milliseconds; @default those of `DEFAULT_TIMEOUTS_MS` */
  readonly timeoutsMs?: RequestTimeoutsMs;
}

/** A read is cheap and repeated each round; an instant fleet answers only when it has placed the instance. */
export interface RequestTimeoutsMs {
  readonly connect: number;
  readonly read: number;
  readonly write: number;
}

export const DEFAULT_TIMEOUTS_MS: RequestTimeoutsMs = { connect: 2_000, read: 5_000, write: 30_000 };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The options as environment variables state them: AWS_REGION, AWS_ENDPOINT_URL, SMARTSCALE_CLUSTER,
 * SMARTSCALE_LAUNCH_TEMPLATE (id or name), SMARTSCALE_LAUNCH_TEMPLATE_VERSION, SMARTSCALE_SUBNET_IDS or
 * SMARTSCALE_SUBNET_TAG (`key=value`), SMARTSCALE_TAGS (`key=value,…`). Throws a configuration `PortError` that names
 * every variable at fault.
 */
export function ec2OptionsFromEnv(env: Environment): Ec2CloudOptions {
  const faults: string[] = [];
  const need = (name: string, example: string): string => {
    const value = env[name]?.trim() ?? '';
    if (value === '') faults.push(`${name} is not set: give it a value such as ${example}`);
    return value;
  };
  const endpoint = env['AWS_ENDPOINT_URL_EC2'] ?? env['AWS_ENDPOINT_URL'];
  const options: Ec2CloudOptions = {
    region: need('AWS_REGION', 'ap-southeast-1'),
    ...(endpoint === undefined || endpoint === '' ? {} : { endpoint }),
    clusterName: need('SMARTSCALE_CLUSTER', 'prod'),
    launchTemplate: launchTemplateOf(
      need('SMARTSCALE_LAUNCH_TEMPLATE', 'lt-0123456789abcdef0'),
      need('SMARTSCALE_LAUNCH_TEMPLATE_VERSION', '7'),
      faults,
    ),
    subnets: subnetsOf(env, faults),
    tags: Object.fromEntries(
      list(env['SMARTSCALE_TAGS']).map((pair) => pairOf('SMARTSCALE_TAGS', pair, faults)),
    ),
  };
  if (faults.length > 0)
    throw new PortError(faults.join('; '), { retry: 'configuration', code: 'Environment' });
  return options;
}

function launchTemplateOf(template: string, version: string, faults: string[]): LaunchTemplateRef {
  if (version !== '' && !/^[1-9]\d*$/.test(version)) {
    faults.push(
      `SMARTSCALE_LAUNCH_TEMPLATE_VERSION is "${version}": give a number, so that a new version is a commit`,
    );
  }
  return template.startsWith('lt-') ? { id: template, version } : { name: template, version };
}

function subnetsOf(env: Environment, faults: string[]): SubnetChoice {
  const ids = list(env['SMARTSCALE_SUBNET_IDS']);
  const tag = env['SMARTSCALE_SUBNET_TAG']?.trim() ?? '';
  if (ids.length > 0 && tag !== '')
    faults.push('SMARTSCALE_SUBNET_IDS and SMARTSCALE_SUBNET_TAG are both set: keep one');
  if (ids.length > 0) return { ids };
  if (tag === '') {
    faults.push(
      'neither SMARTSCALE_SUBNET_IDS nor SMARTSCALE_SUBNET_TAG is set: name the private subnets of the workers',
    );
    return { ids };
  }
  const [key, value] = pairOf('SMARTSCALE_SUBNET_TAG', tag, faults);
  return { tag: { key, value } };
}

function pairOf(variable: string, text: string, faults: string[]): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) faults.push(`${variable} has "${text}": write key=value`);
  return [text.slice(0, Math.max(at, 0)).trim(), text.slice(at + 1).trim()];
}

function list(text: string | undefined): readonly string[] {
  return (text ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}
