import {
  CreateFleetCommand,
  GetConsoleOutputCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { interruptionsPerHour } from '../../catalogue/interruption-rate.ts';
import { onDemandPriceUsdPerHour } from '../../catalogue/list-price.ts';
import type { Instance } from '../../model/instance.ts';
import type { Lifecycle, Offering, OfferingKey } from '../../model/offering.ts';
import type { CloudFault, LaunchOutcome } from '../../model/outcome.ts';
import { TAG } from '../../model/tags.ts';
import type { Clock, Cloud, LaunchRequest, OfferingQuery } from '../../ports.ts';
import { PortError } from '../../ports.ts';
import { consoleText } from './console-text.ts';
import { Ec2Api } from './ec2-api.ts';
import type { Ec2CloudOptions } from './ec2-options.ts';
import { codeOf, faultClassOfError, faultMessage, portErrorOf } from './fault-classes.ts';
import { type FleetCall, faultsOf, launchedInstance } from './fleet-answer.ts';
import { fleetRequest, offeringsOfOneCall } from './fleet-request.ts';
import { InstanceList } from './instance-list.ts';
import { SpotPrices } from './spot-prices.ts';
import { SubnetMap } from './subnet-map.ts';
import { TypeSizes } from './type-sizes.ts';

const LIFECYCLES: readonly Lifecycle[] = ['on-demand', 'spot'];
/** EC2's word for an instance that it does not (or no longer) know. */
const NOT_FOUND = 'InvalidInstanceID.NotFound';
/** EC2's word for an instance that cannot be stopped in the state that it is in: it is gone, or still pending. */
const WRONG_STATE = 'IncorrectInstanceState';

export interface Ec2CloudWorld {
  readonly clock: Clock;
  /** Told of what is missing but stops nothing, such as spot prices; @default nobody is told */
  readonly warn?: (message: string) => void;
}

/** The fleet on EC2: launches by instant fleets from one launch template, finds what it owns by tag. */
export class Ec2Cloud implements Cloud {
  readonly #options: Ec2CloudOptions;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  readonly #api: Ec2Api;
  readonly #subnets: SubnetMap;
  readonly #spotPrices: SpotPrices;
  readonly #sizes: TypeSizes;
  readonly #instances: InstanceList;

  constructor(options: Ec2CloudOptions, { clock, warn = () => {} }: Ec2CloudWorld) {
    this.#options = options;
    this.#clock = clock;
    this.#warn = warn;
    this.#api = new Ec2Api(options, clock);
    this.#subnets = new SubnetMap(this.#api, options.subnets, clock);
    this.#spotPrices = new SpotPrices(this.#api, clock, warn);
    this.#sizes = new TypeSizes(this.#api);
    this.#instances = new InstanceList(this.#api, options, (type, zone, lifecycle) =>
      this.#price(type, zone, lifecycle),
    );
  }

  async instances(signal: AbortSignal): Promise<readonly Instance[]> {
    return this.#instances.all(signal);
  }

  /** Every type × zone × lifecycle for which there is a subnet and the type's size is known. */
  async offerings(wanted: OfferingQuery, signal: AbortSignal): Promise<readonly Offering[]> {
    const [subnets, sizes] = await Promise.all([
      this.#subnets.list(signal),
      this.#sizes.of(wanted.types, signal),
      this.#spotPrices.prepare(wanted.types, signal),
    ]);
    const zones = wanted.zones.filter((zone) => subnets.some((subnet) => subnet.zone === zone));
    if (zones.length === 0 && wanted.zones.length > 0) {
      throw new PortError(
        `no subnet in any of ${wanted.zones.join(', ')}: tag one there, or change instances.zones`,
        {
          retry: 'configuration',
          code: 'NoSubnetInZone',
        },
      );
    }
    return [...sizes].flatMap(([type, size]) =>
      zones.flatMap((zone) =>
        LIFECYCLES.map((lifecycle) => {
          const priceUsdPerHour = this.#price(type, zone, lifecycle);
          const risk = lifecycle === 'spot' ? { interruptionsPerHour: interruptionsPerHour(type) } : {};
          return { type, zone, lifecycle, priceUsdPerHour, ...size, ...risk };
        }),
      ),
    );
  }

  /**
   * One instance of one of the offerings that share the first one's lifecycle. Never throws for what EC2 says: a call
   * whose answer is not known (a timeout, an abort, a lost connection) is a `transient` fault, to be repeated with the same
   * token.
   */
  async launch(request: LaunchRequest, signal: AbortSignal): Promise<LaunchOutcome> {
    try {
      const subnets = await this.#subnets.list(signal);
      return await this.#createFleet(
        request,
        { subnets, offerings: offeringsOfOneCall(request.offerings) },
        signal,
      );
    } catch (error) {
      const fault = launchFault(error, request);
      return fault.class === 'token-mismatch'
        ? this.#adopt(request, fault, signal)
        : { instance: undefined, faults: [fault] };
    }
  }

  async terminate(instanceIds: readonly string[], signal: AbortSignal): Promise<void> {
    if (instanceIds.length === 0) return;
    try {
      const command = new TerminateInstancesCommand({ InstanceIds: [...instanceIds] });
      await this.#api.write('TerminateInstances', signal, (client, abortSignal) =>
        client.send(command, { abortSignal }),
      );
    } catch (error) {
      if (codeOf(error) !== NOT_FOUND) throw portErrorOf(`terminating ${instanceIds.join(', ')}`, error);
      // EC2 refuses the whole list for one id that it does not know, so the rest is asked for one by one.
      if (instanceIds.length > 1) for (const id of instanceIds) await this.terminate([id], signal);
    }
  }

  async start(instanceId: string, signal: AbortSignal): Promise<CloudFault | undefined> {
    try {
      const command = new StartInstancesCommand({ InstanceIds: [instanceId] });
      await this.#api.write('StartInstances', signal, (client, abortSignal) =>
        client.send(command, { abortSignal }),
      );
      return undefined;
    } catch (error) {
      return thrownFault('StartInstances', error, []);
    }
  }

  async stop(instanceId: string, signal: AbortSignal): Promise<void> {
    try {
      const command = new StopInstancesCommand({ InstanceIds: [instanceId] });
      await this.#api.write('StopInstances', signal, (client, abortSignal) =>
        client.send(command, { abortSignal }),
      );
    } catch (error) {
      const code = codeOf(error);
      if (code !== NOT_FOUND && code !== WRONG_STATE) throw portErrorOf(`stopping ${instanceId}`, error);
    }
  }

  async consoleOutput(instanceId: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      // Only machines on Nitro have the latest output; others have what EC2 kept of the boot.
      return await this.#consoleOutput(instanceId, true, signal);
    } catch (error) {
      if (codeOfCause(error) === NOT_FOUND) return undefined;
      if (codeOfCause(error) !== 'UnsupportedOperation') throw error;
      return this.#consoleOutput(instanceId, false, signal);
    }
  }

  /** Closes the connections that are kept open. */
  close(): void {
    this.#api.close();
  }

  async #createFleet(
    request: LaunchRequest,
    question: FleetCall,
    signal: AbortSignal,
  ): Promise<LaunchOutcome> {
    const input = fleetRequest(request, question.offerings, {
      options: this.#options,
      subnetIn: (zone) => this.#subnets.subnetFor(question.subnets, zone, request.clientToken),
    });
    if ((input.LaunchTemplateConfigs?.[0]?.Overrides ?? []).length === 0) {
      throw new PortError(
        `no subnet for ${question.offerings.join(', ')}: tag one there, or change instances.zones`,
        {
          retry: 'configuration',
          code: 'NoSubnetInZone',
        },
      );
    }
    const answer = await this.#api.write('CreateFleet', signal, (client, abortSignal) =>
      client.send(new CreateFleetCommand(input), { abortSignal }),
    );
    const made = launchedInstance(answer, question);
    const faults = faultsOf(answer, question);
    if (faults.some((fault) => fault.code === 'InsufficientFreeAddressesInSubnet')) this.#subnets.forget();
    if (made === undefined) return { instance: undefined, faults };
    const instance: Instance = {
      ...made,
      state: 'pending',
      launchedAtMs: this.#clock.now(),
      operationId: request.operationId,
      priceUsdPerHour: this.#price(made.type, made.zone, made.lifecycle),
      ...(TAG.warmPool in request.tags && { isWarm: true }),
    };
    return { instance, faults };
  }

  /** The token was used with other parameters, so its instance exists or did: it is looked up, never bought again (F33). */
  async #adopt(request: LaunchRequest, fault: CloudFault, signal: AbortSignal): Promise<LaunchOutcome> {
    try {
      const instance = await this.#instances.ofOperation(request.operationId, request.clientToken, signal);
      return { instance, faults: [fault] };
    } catch (error) {
      this.#warn(
        `operation ${request.operationId}: its instance could not be looked up: ${faultMessage('adopting', error)}`,
      );
      return { instance: undefined, faults: [{ ...launchFault(error, request), class: 'transient' }] };
    }
  }

  async #consoleOutput(
    instanceId: string,
    isLatest: boolean,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const command = new GetConsoleOutputCommand({ InstanceId: instanceId, Latest: isLatest });
    return this.#api.read(`reading the console of ${instanceId}`, signal, async (client, abortSignal) =>
      consoleText((await client.send(command, { abortSignal })).Output),
    );
  }

  #price(type: string, zone: string, lifecycle: Lifecycle): number | undefined {
    if (lifecycle === 'spot') return this.#spotPrices.of(type, zone);
    return onDemandPriceUsdPerHour(this.#options.region, type);
  }
}

function launchFault(error: unknown, request: LaunchRequest): CloudFault {
  return thrownFault('CreateFleet', error, offeringsOfOneCall(request.offerings));
}

/** What a call that failed says; `offerings` are those that it was about, of which only a lack of capacity speaks. */
function thrownFault(action: string, error: unknown, offerings: readonly OfferingKey[]): CloudFault {
  const faultClass = faultClassOfError(error);
  const isOfPools = faultClass === 'capacity' || faultClass === 'spot-only';
  return {
    class: faultClass,
    code: error instanceof PortError ? error.code : codeOf(error),
    message: faultMessage(action, error),
    offerings: isOfPools ? offerings : [],
  };
}

function codeOfCause(error: unknown): string {
  return error instanceof PortError ? error.code : codeOf(error);
}
