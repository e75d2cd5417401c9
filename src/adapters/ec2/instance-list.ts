import { type Instance as Ec2Instance, type Filter, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { Instance, InstanceState } from '../../model/instance.ts';
import type { Lifecycle } from '../../model/offering.ts';
import { TAG } from '../../model/tags.ts';
import type { Ec2Api } from './ec2-api.ts';
import { type Ec2CloudOptions, templateText } from './ec2-options.ts';

const PAGE_SIZE = 1_000;

const STATES: readonly InstanceState[] = [
  'pending',
  'running',
  'shutting-down',
  'stopping',
  'stopped',
  'terminated',
];

/** What an instance of this kind costs now, or `undefined` when not known. */
export type PriceOf = (type: string, zone: string, lifecycle: Lifecycle) => number | undefined;

/** The fleet's instances by tag, asked for at each call. */
export class InstanceList {
  readonly #api: Ec2Api;
  readonly #clusterName: string;
  readonly #template: string;
  readonly #priceOf: PriceOf;

  constructor(
    api: Ec2Api,
    { clusterName, launchTemplate }: Pick<Ec2CloudOptions, 'clusterName' | 'launchTemplate'>,
    priceOf: PriceOf,
  ) {
    this.#api = api;
    this.#clusterName = clusterName;
    this.#template = templateText(launchTemplate);
    this.#priceOf = priceOf;
  }

  /** Every instance of the cluster in every state that EC2 still shows. */
  all(signal: AbortSignal): Promise<readonly Instance[]> {
    return this.#describe([{ Name: `tag:${TAG.cluster}`, Values: [this.#clusterName] }], signal);
  }

  /** The living instance that an operation launched, or `undefined`. */
  async ofOperation(
    operationId: string,
    clientToken: string,
    signal: AbortSignal,
  ): Promise<Instance | undefined> {
    const byTag = { Name: `tag:${TAG.operation}`, Values: [operationId] };
    const tagged = await this.#describe([byTag], signal);
    const found =
      tagged.length > 0
        ? tagged
        : await this.#describe([{ Name: 'client-token', Values: [clientToken] }], signal);
    return found.find((instance) => instance.state === 'pending' || instance.state === 'running');
  }

  async #describe(filters: readonly Filter[], signal: AbortSignal): Promise<readonly Instance[]> {
    return this.#api.read('listing instances', signal, async (client, abortSignal) => {
      const query = { Filters: [...filters, { Name: 'instance-state-name', Values: [...STATES] }] };
      const found: Instance[] = [];
      for await (const page of paginateDescribeInstances({ client, pageSize: PAGE_SIZE }, query, {
        abortSignal,
      })) {
        const instances = page.Reservations?.flatMap((reservation) => reservation.Instances ?? []) ?? [];
        found.push(...instances.flatMap((instance) => this.#instanceOf(instance) ?? []));
      }
      return found;
    });
  }

  #instanceOf(shown: Ec2Instance): Instance | undefined {
    const instance = instanceOf(shown, this.#priceOf);
    if (instance === undefined || tagOf(shown, TAG.warmPool) === undefined) return instance;
    const isOutdated = tagOf(shown, TAG.launchTemplate) !== this.#template;
    return { ...instance, isWarm: true, ...(isOutdated && { isOutdated }) };
  }
}

function tagOf(shown: Ec2Instance, key: string): string | undefined {
  return shown.Tags?.find((tag) => tag.Key === key)?.Value;
}

function instanceOf(shown: Ec2Instance, priceOf: PriceOf): Instance | undefined {
  // EC2 always names these; an instance without an id could not be acted upon anyway.
  if (shown.InstanceId === undefined) return undefined;
  const type = shown.InstanceType ?? 'unknown';
  const zone = shown.Placement?.AvailabilityZone ?? 'unknown';
  const lifecycle: Lifecycle = shown.InstanceLifecycle === 'spot' ? 'spot' : 'on-demand';
  return {
    id: shown.InstanceId,
    type,
    zone,
    lifecycle,
    ...stateOf(shown),
    launchedAtMs: shown.LaunchTime?.getTime() ?? 0,
    operationId: tagOf(shown, TAG.operation),
    priceUsdPerHour: priceOf(type, zone, lifecycle),
  };
}

function stateOf(shown: Ec2Instance): Pick<Instance, 'state' | 'stateReason'> {
  // A state that we do not know counts as costing money.
  const state = STATES.find((known) => known === shown.State?.Name) ?? 'pending';
  const stateReason = shown.StateReason?.Code;
  return stateReason === undefined || stateReason === '' ? { state } : { state, stateReason };
}
