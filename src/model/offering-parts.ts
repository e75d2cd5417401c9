import type { Lifecycle, OfferingKey } from './offering.ts';

/** Type, zone and lifecycle that an offering's key names, or `undefined` where there is no key. */
export function parseOfferingKey(
  key: OfferingKey | undefined,
): { readonly type: string; readonly zone: string; readonly lifecycle: Lifecycle } | undefined {
  const [type, zone, lifecycle] = key?.split('/') ?? [];
  if (type === undefined || zone === undefined) return undefined;
  if (lifecycle !== 'spot' && lifecycle !== 'on-demand') return undefined;
  return { type, zone, lifecycle };
}
