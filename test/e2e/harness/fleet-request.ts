/** One override of a CreateFleet request. */
export interface FleetOverride {
  readonly type: string;
  readonly zone: string;
  readonly fields: readonly (readonly [string, string])[];
}

const OVERRIDE = /^LaunchTemplateConfigs\.(\d+)\.Overrides\.(\d+)\.(.+)$/;

/** Whether the request asks for spot capacity. */
export function lifecycleOf(form: URLSearchParams): 'spot' | 'on-demand' {
  const kind = form.get('TargetCapacitySpecification.DefaultTargetCapacityType');
  const spot = Number(form.get('TargetCapacitySpecification.SpotTargetCapacity') ?? 0);
  return kind === 'spot' || spot > 0 ? 'spot' : 'on-demand';
}

/** The overrides of a CreateFleet request in their order; zones are looked up by subnet where only that is given. */
export function overridesOf(
  form: URLSearchParams,
  zoneOfSubnet: ReadonlyMap<string, string>,
): readonly FleetOverride[] {
  const groups = new Map<string, [string, string][]>();
  for (const [name, value] of form) {
    const match = OVERRIDE.exec(name);
    if (match === null) continue;
    const key = `${match[1]}.${match[2]}`;
    groups.set(key, [...(groups.get(key) ?? []), [match[3] ?? '', value]]);
  }
  return [...groups.values()].map((fields) => {
    const field = (name: string) => fields.find(([n]) => n === name)?.[1];
    return {
      type: field('InstanceType') ?? '',
      zone: field('AvailabilityZone') ?? zoneOfSubnet.get(field('SubnetId') ?? '') ?? '',
      fields,
    };
  });
}

/** The same request with these overrides only. */
export function withOverrides(form: URLSearchParams, overrides: readonly FleetOverride[]): URLSearchParams {
  const smaller = new URLSearchParams();
  for (const [name, value] of form) if (!OVERRIDE.test(name)) smaller.append(name, value);
  for (const [index, override] of overrides.entries()) {
    for (const [name, value] of override.fields) {
      smaller.append(`LaunchTemplateConfigs.1.Overrides.${index + 1}.${name}`, value);
    }
  }
  return smaller;
}

/** EC2's `errorSet` items for overrides that found no capacity. */
export function capacityErrors(refused: readonly FleetOverride[], lifecycle: string, code: string): string {
  return refused
    .map((override) => {
      const subnet = override.fields.find(([name]) => name === 'SubnetId')?.[1];
      const where = `<availabilityZone>${override.zone}</availabilityZone>${subnet === undefined ? '' : `<subnetId>${subnet}</subnetId>`}`;
      return `<item><errorCode>${code}</errorCode><errorMessage>no capacity for ${override.type} in ${override.zone}</errorMessage><lifecycle>${lifecycle}</lifecycle><launchTemplateAndOverrides><overrides><instanceType>${override.type}</instanceType>${where}</overrides></launchTemplateAndOverrides></item>`;
    })
    .join('');
}
