import { type Filter, paginateDescribeSubnets } from '@aws-sdk/client-ec2';
import type { Clock } from '../../ports.ts';
import { PortError } from '../../ports.ts';
import type { Ec2Api } from './ec2-api.ts';
import type { SubnetChoice } from './ec2-options.ts';

export interface Subnet {
  readonly id: string;
  readonly zone: string;
  /** `undefined` when EC2 did not say. */
  readonly freeAddresses: number | undefined;
}

/** Maximum age of the list of subnets; free addresses change with every launch. */
const REFRESH_MS = 60_000;

/** Launches whose subnets are remembered; a token is repeated within minutes. */
const MAX_TOKENS = 1_000;

/** The subnets that workers may be placed in, read again every minute. */
export class SubnetMap {
  readonly #api: Ec2Api;
  readonly #choice: SubnetChoice;
  readonly #clock: Clock;
  /** The subnet of each zone that a call named, by the call's token. */
  readonly #named = new Map<string, Map<string, Subnet>>();
  #read: { readonly subnets: readonly Subnet[]; readonly atMs: number } | undefined;

  constructor(api: Ec2Api, choice: SubnetChoice, clock: Clock) {
    this.#api = api;
    this.#choice = choice;
    this.#clock = clock;
  }

  /** Every subnet of the choice; never empty, since nothing could be launched then. */
  async list(signal: AbortSignal): Promise<readonly Subnet[]> {
    const read = this.#read;
    if (read !== undefined && this.#clock.monotonicMs() - read.atMs < REFRESH_MS) return read.subnets;
    const subnets = await this.#describe(signal);
    if (subnets.length === 0) {
      throw new PortError(`no subnet ${described(this.#choice)}: tag or name at least one private subnet`, {
        retry: 'configuration',
        code: 'NoSubnet',
      });
    }
    this.#read = { subnets, atMs: this.#clock.monotonicMs() };
    return subnets;
  }

  /**
   * The subnet for a launch in the zone, or `undefined` when the zone has none. Of several, one with free addresses, picked by
   * the token. A repeated call names the same subnet again, full or not, as EC2 demands of a repeated token.
   */
  subnetFor(subnets: readonly Subnet[], zone: string, clientToken: string): Subnet | undefined {
    const named = this.#namedBy(clientToken);
    const before = named.get(zone);
    if (before !== undefined) return before;
    const subnet = pickSubnet(subnets, zone, clientToken);
    if (subnet !== undefined) named.set(zone, subnet);
    return subnet;
  }

  #namedBy(clientToken: string): Map<string, Subnet> {
    const known = this.#named.get(clientToken);
    if (known !== undefined) return known;
    const named = new Map<string, Subnet>();
    this.#named.set(clientToken, named);
    const [oldest] = this.#named.keys();
    if (oldest !== undefined && this.#named.size > MAX_TOKENS) this.#named.delete(oldest);
    return named;
  }

  /** Forgets what was read: a launch found a subnet full. */
  forget(): void {
    this.#read = undefined;
  }

  async #describe(signal: AbortSignal): Promise<readonly Subnet[]> {
    return this.#api.read(
      `listing subnets ${described(this.#choice)}`,
      signal,
      async (client, abortSignal) => {
        const found: Subnet[] = [];
        const pages = paginateDescribeSubnets(
          { client },
          { Filters: filtersOf(this.#choice) },
          { abortSignal },
        );
        for await (const page of pages) {
          for (const {
            SubnetId: id,
            AvailabilityZone: zone,
            AvailableIpAddressCount: freeAddresses,
          } of page.Subnets ?? []) {
            if (id !== undefined && zone !== undefined) found.push({ id, zone, freeAddresses });
          }
        }
        return found;
      },
    );
  }
}

/** One subnet a zone, because EC2 refuses a fleet that names the same type and zone twice. */
function pickSubnet(subnets: readonly Subnet[], zone: string, clientToken: string): Subnet | undefined {
  const inZone = subnets.filter((subnet) => subnet.zone === zone).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const withRoom = inZone.filter((subnet) => subnet.freeAddresses === undefined || subnet.freeAddresses > 0);
  const choice = withRoom.length > 0 ? withRoom : inZone;
  const rotation = Array.from(clientToken).reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return choice[rotation % Math.max(choice.length, 1)];
}

function filtersOf(choice: SubnetChoice): Filter[] {
  if ('ids' in choice) return [{ Name: 'subnet-id', Values: [...choice.ids] }];
  return [{ Name: `tag:${choice.tag.key}`, Values: [choice.tag.value] }];
}

function described(choice: SubnetChoice): string {
  return 'ids' in choice
    ? `with the ids ${choice.ids.join(', ')}`
    : `tagged ${choice.tag.key}=${choice.tag.value}`;
}
