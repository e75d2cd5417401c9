import type { CreateFleetError, CreateFleetInstance, CreateFleetResult } from '@aws-sdk/client-ec2';
import { type OfferingKey, type OfferingParts, offeringKey, parseOfferingKey } from '../../model/offering.ts';
import type { CloudFault } from '../../model/outcome.ts';
import { faultClassOf, nextStep } from './fault-classes.ts';
import type { Subnet } from './subnet-map.ts';

/** EC2 answers this of a pool when the zone does not have the type. */
const ZONE_WITHOUT_TYPE = 'InvalidFleetConfiguration';

/** What was asked for, against which an answer is read. */
export interface FleetCall {
  /** They share a lifecycle. */
  readonly offerings: readonly OfferingKey[];
  readonly subnets: readonly Subnet[];
}

/** An instance that an answer names. */
export interface LaunchedInstance extends OfferingParts {
  readonly id: string;
}

/** The instance that the fleet made, or `undefined` when it made none. */
export function launchedInstance(answer: CreateFleetResult, call: FleetCall): LaunchedInstance | undefined {
  const made = answer.Instances?.find((instance) => (instance.InstanceIds?.length ?? 0) > 0);
  const id = made?.InstanceIds?.[0];
  if (made === undefined || id === undefined) return undefined;
  const asked = parseOfferingKey(call.offerings[0] ?? '//on-demand');
  const zone = made.AvailabilityZone ?? zoneOf(made, call.subnets) ?? asked.zone;
  return { id, type: typeOf(made) ?? asked.type, zone, lifecycle: asked.lifecycle };
}

/**
 * The shortages and refusals that an answer carries beside (or instead of) an instance, one for each code, with the
 * offerings it speaks of. A shortage that names none speaks of all that were asked for.
 */
export function faultsOf(answer: CreateFleetResult, call: FleetCall): readonly CloudFault[] {
  const faults = new Map<string, CloudFault>();
  for (const error of answer.Errors ?? []) {
    const code = error.ErrorCode ?? 'Unknown';
    const earlier = faults.get(code);
    const offerings = new Set([...(earlier?.offerings ?? []), ...offeringsOf(error, call)]);
    faults.set(
      code,
      earlier ? { ...earlier, offerings: [...offerings] } : faultOf(error, code, [...offerings]),
    );
  }
  const isMade = launchedInstance(answer, call) !== undefined;
  if (faults.size === 0) return isMade ? [] : [emptyAnswer(call)];
  return [...faults.values()].map((fault) => withAllOfferings(ofItsPools(fault, call, isMade), call));
}

function faultOf(error: CreateFleetError, code: string, offerings: readonly OfferingKey[]): CloudFault {
  // The status of an error inside an answer is not told: a code that the table does not have may mend itself.
  const faultClass = faultClassOf(code, undefined);
  const message = `CreateFleet: ${code}: ${error.ErrorMessage ?? 'no message'}${nextStep(code, faultClass)}`;
  return { class: faultClass, code, message, offerings };
}

/**
 * A request that is wrong for some pools alone (a type that the zone does not have, an image of another architecture) is sound: these
 * pools are to rest, as if they were empty. One that is wrong for all of them is for a person to mend.
 */
function ofItsPools(fault: CloudFault, call: FleetCall, isMade: boolean): CloudFault {
  if (fault.class !== 'configuration' || fault.offerings.length === 0) return fault;
  const isOfSome = isMade || fault.offerings.length < call.offerings.length;
  return isOfSome || fault.code === ZONE_WITHOUT_TYPE ? { ...fault, class: 'capacity' } : fault;
}

function withAllOfferings(fault: CloudFault, call: FleetCall): CloudFault {
  const isOfAll = fault.class === 'capacity' && fault.offerings.length === 0;
  return isOfAll ? { ...fault, offerings: call.offerings } : fault;
}

function emptyAnswer(call: FleetCall): CloudFault {
  return {
    class: 'capacity',
    code: 'UnfulfillableCapacity',
    message: 'CreateFleet: EC2 made no instance and gave no reason',
    offerings: call.offerings,
  };
}

/** The offering that the error's overrides name, if it was one that we asked for. */
function offeringsOf(error: CreateFleetError, call: FleetCall): readonly OfferingKey[] {
  const type = typeOf(error);
  const zone = zoneOf(error, call.subnets);
  const { lifecycle } = parseOfferingKey(call.offerings[0] ?? '//on-demand');
  return call.offerings.filter((key) => {
    const asked = parseOfferingKey(key);
    if (type === undefined && zone === undefined) return false;
    return key === offeringKey({ type: type ?? asked.type, zone: zone ?? asked.zone, lifecycle });
  });
}

function typeOf(part: CreateFleetError & CreateFleetInstance): string | undefined {
  return part.InstanceType ?? part.LaunchTemplateAndOverrides?.Overrides?.InstanceType;
}

function zoneOf(
  part: CreateFleetError | CreateFleetInstance,
  subnets: readonly Subnet[],
): string | undefined {
  const overrides = part.LaunchTemplateAndOverrides?.Overrides;
  return overrides?.AvailabilityZone ?? subnets.find((subnet) => subnet.id === overrides?.SubnetId)?.zone;
}
