import type {
  _InstanceType,
  CreateFleetCommandInput,
  FleetLaunchTemplateOverridesRequest,
  FleetLaunchTemplateSpecificationRequest,
  Tag,
} from '@aws-sdk/client-ec2';
import {
  type Lifecycle,
  type OfferingKey,
  parseOfferingKey,
  sharingLifecycle,
} from '../../model/offering.ts';
import { TAG } from '../../model/tags.ts';
import type { LaunchRequest } from '../../ports.ts';
import { type Ec2CloudOptions, type LaunchTemplateRef, templateText } from './ec2-options.ts';
import type { Subnet } from './subnet-map.ts';

/** What EC2 takes in one instant fleet. */
const MAX_OVERRIDES = 300;

/** The offerings that one call can ask for: those that share the first one's lifecycle, in their order. */
export function offeringsOfOneCall(offerings: readonly OfferingKey[]): readonly OfferingKey[] {
  return sharingLifecycle(offerings).slice(0, MAX_OVERRIDES);
}

/**
 * The CreateFleet call for one instance of any of the offerings, which share a lifecycle: on-demand by their order, spot by
 * price and depth of the pools. Without a maximum price, which would only add interruptions (R75). Everything that is made
 * carries its tags from the first moment (R31). Offerings in zones without a subnet are left out.
 */
export function fleetRequest(
  request: LaunchRequest,
  offerings: readonly OfferingKey[],
  place: {
    readonly options: Ec2CloudOptions;
    /** The subnet for a launch in the zone; `undefined` when it has none. */
    readonly subnetIn: (zone: string) => Subnet | undefined;
  },
): CreateFleetCommandInput {
  const lifecycle = parseOfferingKey(offerings[0] ?? '//on-demand').lifecycle;
  const tags = tagsOf(request, lifecycle, place.options);
  return {
    Type: 'instant',
    ClientToken: request.clientToken,
    LaunchTemplateConfigs: [
      {
        LaunchTemplateSpecification: templateSpecification(place.options.launchTemplate),
        Overrides: overridesOf(offerings, place.subnetIn),
      },
    ],
    TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: lifecycle },
    ...(lifecycle === 'spot'
      ? {
          SpotOptions: {
            AllocationStrategy: 'price-capacity-optimized',
            InstanceInterruptionBehavior: 'terminate',
          },
        }
      : { OnDemandOptions: { AllocationStrategy: 'prioritized' } }),
    TagSpecifications: (['fleet', 'instance', 'volume'] as const).map((ResourceType) => ({
      ResourceType,
      Tags: tags,
    })),
  };
}

function overridesOf(
  offerings: readonly OfferingKey[],
  subnetIn: (zone: string) => Subnet | undefined,
): FleetLaunchTemplateOverridesRequest[] {
  return offerings.flatMap((key, place) => {
    const { type, zone } = parseOfferingKey(key);
    const subnet = subnetIn(zone);
    // The SDK's list of types is older than EC2's newest types; EC2 judges the name.
    return subnet === undefined
      ? []
      : [{ InstanceType: type as _InstanceType, SubnetId: subnet.id, Priority: place }];
  });
}

function templateSpecification(template: LaunchTemplateRef): FleetLaunchTemplateSpecificationRequest {
  const named = 'id' in template ? { LaunchTemplateId: template.id } : { LaunchTemplateName: template.name };
  return { ...named, Version: template.version };
}

/** Later entries win: the launch's own tags over the account's, and what ownership rests on over both. */
function tagsOf(request: LaunchRequest, lifecycle: Lifecycle, options: Ec2CloudOptions): Tag[] {
  const tags: Readonly<Record<string, string>> = {
    ...options.tags,
    ...request.tags,
    [TAG.lifecycle]: lifecycle,
    [TAG.cluster]: options.clusterName,
    [TAG.operation]: request.operationId,
    ...(TAG.warmPool in request.tags && { [TAG.launchTemplate]: templateText(options.launchTemplate) }),
  };
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
